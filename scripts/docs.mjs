// npm run docs: docs/api, the reference of the library, from the docstrings; one page a folder of packages/laws/src.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { root, run } from "./setup.mjs";

const reference = `${root}packages/reference/`;
const areas = `${reference}dist/areas/`;

/** Pages whose name or text is not the folder's. "api" holds the wrappers, a file for each folder that it wraps. */
const PAGES = {
  data: "Runs as the library takes them, and errors as it gives them back.",
  fit: "Procedures that fit laws to runs.",
  forecast: "What a fit expects of a budget that it has not seen.",
  laws: "Scaling laws: form, parameters, gradient, optimum, source; and the fit of any of them.",
  model: "Shapes of Transformers: parameters and FLOPs by every convention.",
  numerics: "Seeded randomness and statistics.",
  observations: "Loose rows, as files have them, to runs.",
  plan: "What to train for a budget.",
  published: "Laws, models and tables from the papers.",
  uncertainty: "Backtests, bootstrap, coverage.",
  units: "FLOPs, PF-days, counts, accelerators.",
};

/** The page of a module of the library, by its path from src/. */
function pageOf(path) {
  const [folder, file] = path.split("/");
  if (file === undefined || path === "api/input.js") return "data";
  if (path === "api/nextDesign.js") return "plan";
  if (folder === "registry") return "laws";
  if (folder === "statements") return "data";
  return folder === "api" ? file.replace(/\.js$/, "") : folder;
}

/** TypeDoc's entry points: what index.ts and its parts export, a file for each page. */
function writeAreas() {
  rmSync(areas, { recursive: true, force: true });
  mkdirSync(areas, { recursive: true });
  const index = ["library", "anyLaw", "index"]
    .map((name) => readFileSync(`${root}packages/laws/src/${name}.ts`, "utf8"))
    .join("");
  const pages = new Map();
  for (const [, names, path] of index.matchAll(/export\s+((?:type\s+)?(?:\*|\{[^}]*\}))\s+from\s+"\.\/([^"]+)"/g)) {
    if (["library.js", "anyLaw.js"].includes(path)) continue;
    const page = pageOf(path);
    pages.set(page, `${pages.get(page) ?? ""}export ${names} from "../../../laws/src/${path}";\n`);
  }
  for (const [page, text] of pages) {
    if (!(page in PAGES))
      throw new Error(`scripts/docs.mjs knows no page for the folder "${page}": describe it there.`);
    writeFileSync(`${areas}${page}.ts`, `/** ${PAGES[page]} @module ${page} */\n${text}`);
  }
}

/** Writes the reference into a folder; a public export without a docstring, or a broken link, is an error. */
export function writeReference(folder) {
  writeAreas();
  const typedoc = `${reference}node_modules/typedoc/bin/typedoc`;
  run(process.execPath, [typedoc, "--options", `${reference}typedoc.json`, "--out", folder]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeReference(process.argv[2] ?? `${root}docs/api`);
