// npm run bundle: packages/lab/dist/browser/isoflop.js, the library as one file for the browser, and what it weighs.
import { mkdirSync, writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { minifySync } from "rolldown/utils";

const sources = fileURLToPath(new URL("../packages/laws/src/", import.meta.url));
export const bundleFile = fileURLToPath(new URL("../packages/lab/dist/browser/isoflop.js", import.meta.url));

/** What a page may have to fetch for the whole library, bytes after gzip. */
export const LARGEST_BUNDLE = 60_000;

/**
 * The whole library as one minified ES module, from its TypeScript.
 * @returns {Promise<{ code: string, gzipped: number, parts: [folder: string, bytes: number][] }>} parts: minified
 * bytes of what the bundle takes of each folder, largest first
 */
export async function bundleLibrary() {
  const build = await rolldown({ input: `${sources}index.ts`, platform: "browser", logLevel: "silent" });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  const [chunk, ...others] = output;
  if (others.length > 0) throw new Error(`One file was wanted, not also ${others.map((one) => one.fileName)}.`);
  const folders = new Map();
  for (const [id, { code }] of Object.entries(chunk.modules)) {
    const path = relative(sources, id).split(sep);
    const folder = path.length > 1 ? path[0] : ".";
    const bytes = Buffer.byteLength(minifySync(id.replace(/\.ts$/, ".js"), code ?? "", { module: false }).code);
    folders.set(folder, (folders.get(folder) ?? 0) + bytes);
  }
  const parts = [...folders].sort(([, a], [, b]) => b - a);
  return { code: chunk.code, gzipped: gzipSync(chunk.code, { level: 9 }).length, parts };
}

/** Writes the bundle and says what it weighs. */
export async function writeBundle(log) {
  const { code, gzipped, parts } = await bundleLibrary();
  mkdirSync(new URL("../packages/lab/dist/browser/", import.meta.url), { recursive: true });
  writeFileSync(bundleFile, code);
  const kB = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
  for (const [folder, bytes] of parts) log(`${kB(bytes)}  ${folder === "." ? "top" : folder}`);
  log(`${kB(Buffer.byteLength(code))}  minified`);
  log(`${kB(gzipped)}  gzipped, of at most ${LARGEST_BUNDLE / 1000}`);
  if (gzipped > LARGEST_BUNDLE) throw new Error(`The bundle is larger than ${LARGEST_BUNDLE} bytes gzipped.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeBundle((line) => process.stdout.write(`${line}\n`));
}
