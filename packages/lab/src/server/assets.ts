import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { IsoflopError } from "@isoflop/laws";

/** One file of the built pages. */
export interface Asset {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Its name has the hash of its content: it never changes. */
  readonly immutable: boolean;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
  ".woff2": "font/woff2",
};

/**
 * Reads the built pages, once: what is served later is looked up in this map, so no address reaches the file system.
 * Errors: web-missing.
 */
export async function readAssets(folder: string): Promise<ReadonlyMap<string, Asset>> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const assets = new Map<string, Asset>();
  for (const file of files) {
    const type = TYPES[extname(file.name)];
    if (!file.isFile() || type === undefined) continue;
    const path = join(file.parentPath, file.name);
    const body = new Uint8Array(await readFile(path));
    const gzipped = new Uint8Array(await promisify(gzip)(body, { level: 9 }));
    const address = `/${relative(folder, path).split(sep).join("/")}`;
    assets.set(address, { type, body, gzipped, immutable: address.startsWith("/assets/") });
  }
  const index = assets.get("/index.html");
  if (index === undefined) {
    throw new IsoflopError({
      code: "web-missing",
      message: `The dashboard's pages are not built (${folder}).`,
      hint: "In a clone of the repository: npm run build.",
      exitCode: 1,
    });
  }
  return assets.set("/", index);
}
