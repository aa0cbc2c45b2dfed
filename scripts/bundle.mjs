// npm run bundle: the library for browsers, and what it weighs: packages/lab/dist/browser/isoflop.js has the
// procedures, forecasts and plans; beside it laws.js fits any law, observations.js reads loose rows.
import { mkdirSync, writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";
import { minifySync } from "rolldown/utils";

const sources = fileURLToPath(new URL("../packages/laws/src/", import.meta.url));
const folder = fileURLToPath(new URL("../packages/lab/dist/browser/", import.meta.url));

/** What a page may have to fetch for the library, bytes after gzip. */
export const LARGEST_BUNDLE = 60_000;

/** Files for the browser, with the module that each is made of. */
const BUNDLES = {
  "isoflop.js": "library.ts",
  "laws.js": "anyLaw.ts",
  "observations.js": "api/observations.ts",
};

/**
 * The library, or another of its modules, as one minified ES module, from its TypeScript.
 * @param {string} entry from packages/laws/src
 * @returns {Promise<{ code: string, gzipped: number, parts: [folder: string, bytes: number][] }>} parts: minified
 * bytes of what the bundle takes of each folder, largest first
 */
export async function bundleLibrary(entry = BUNDLES["isoflop.js"]) {
  const build = await rolldown({ input: `${sources}${entry}`, platform: "browser", logLevel: "silent" });
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

/** Writes the bundles and says what they weigh. */
export async function writeBundles(log) {
  const kB = (bytes) => `${(bytes / 1000).toFixed(1).padStart(7)} kB`;
  mkdirSync(folder, { recursive: true });
  for (const [file, entry] of Object.entries(BUNDLES)) {
    const { code, gzipped, parts } = await bundleLibrary(entry);
    writeFileSync(`${folder}${file}`, code);
    log(`${file} (${entry})`);
    for (const [part, bytes] of parts) log(`${kB(bytes)}  ${part === "." ? "top" : part}`);
    log(`${kB(Buffer.byteLength(code))}  minified`);
    log(`${kB(gzipped)}  gzipped, of at most ${LARGEST_BUNDLE / 1000}`);
    // Told, not thrown: another zlib must not keep anybody from building. test/library/bundle.test.ts holds the limit.
    if (gzipped > LARGEST_BUNDLE) log(`${file} is larger than ${LARGEST_BUNDLE} bytes gzipped.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeBundles((line) => process.stdout.write(`${line}\n`));
}
