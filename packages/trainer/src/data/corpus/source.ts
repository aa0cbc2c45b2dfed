import { readdir, readFile, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { globExpression, globRoot, isGlob } from "./glob.js";
import { fetchNpmTarball } from "./npmPackage.js";
import { readTarball } from "./tarball.js";

/** One text of a corpus; `read` may be called more than once. */
export interface Document {
  /** Relative to the corpus, with "/": does not depend on where the corpus lies. */
  readonly name: string;
  readonly read: () => Promise<Uint8Array>;
}

/** Documents of a source in the order of their names, and the source pinned down ("npm:x@1.2.3"). */
export interface SourceDocuments {
  readonly source: string;
  readonly documents: readonly Document[];
}

export interface SourceOptions {
  readonly cacheRoot: string;
  /** Folder that relative paths start from. */
  readonly baseFolder: string;
  readonly log: (line: string) => void;
}

const TEXT_FILE = /\.(txt|text|md)$/i;

/** "npm:<package>[@version]", "npm-tarball:<path>" or any *.tgz, a text file, a folder, or a glob. */
export async function openSource(source: string, options: SourceOptions): Promise<SourceDocuments> {
  if (source.startsWith("npm:")) {
    const fetched = await fetchNpmTarball(source.slice("npm:".length), options);
    return { source: fetched.source, documents: tarballDocuments(fetched.file, await readFile(fetched.file)) };
  }
  const path = source.replace(/^npm-tarball:/, "");
  const absolute = isAbsolute(path) ? path : resolve(options.baseFolder, path);
  const entry = await stat(absolute).catch(() => undefined);
  if (entry === undefined) {
    if (isGlob(path)) return { source, documents: await globDocuments(source, absolute) };
    throw new IsoflopError({
      code: "corpus-missing",
      message: `The corpus ${source} does not exist (looked for ${absolute}).`,
      hint: "Give a text file, a folder of .txt files, a glob in quotes, or npm:<package>@<version>.",
    });
  }
  if (entry.isDirectory()) return { source, documents: await folderDocuments(source, absolute) };
  if (source.startsWith("npm-tarball:") || /\.(tgz|tar\.gz)$/i.test(path)) {
    return { source, documents: tarballDocuments(absolute, await readFile(absolute)) };
  }
  return { source, documents: [fileDocument(basename(absolute), absolute)] };
}

/** An npm package's texts: data/*.txt where there is a data folder with texts, else every *.txt. */
function tarballDocuments(file: string, gzipped: Uint8Array): Document[] {
  // npm puts everything under one top folder, usually "package/".
  const texts = readTarball(file, gzipped)
    .map((entry) => ({ name: entry.path.replace(/^(\.\/)?[^/]+\//, ""), bytes: entry.bytes }))
    .filter((entry) => /\.txt$/i.test(entry.name));
  const inData = texts.filter((entry) => entry.name.startsWith("data/"));
  const chosen = inData.length > 0 ? inData : texts;
  if (chosen.length === 0) throw noTexts(file, "it holds no .txt file");
  return sorted(chosen.map(({ name, bytes }) => ({ name, read: async () => bytes })));
}

async function folderDocuments(source: string, folder: string): Promise<Document[]> {
  const files = (await listFiles(folder)).filter((name) => TEXT_FILE.test(name));
  if (files.length === 0) throw noTexts(source, "the folder holds no .txt, .text or .md file");
  return sorted(files.map((name) => fileDocument(name, join(folder, name))));
}

async function globDocuments(source: string, absolutePattern: string): Promise<Document[]> {
  const pattern = absolutePattern.split(sep).join("/");
  const root = globRoot(pattern);
  const expression = globExpression(pattern);
  const prefix = root.endsWith("/") ? root : `${root}/`;
  const files = (await listFiles(root)).filter((name) => expression.test(prefix + name));
  if (files.length === 0) throw noTexts(source, `no file matches the pattern (searched in ${root})`);
  return sorted(files.map((name) => fileDocument(name, join(root, name))));
}

/** Regular files below a folder, as "/"-separated relative paths; hidden ones and node_modules are left out. */
async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep))
    .filter((parts) => parts.every((part) => !part.startsWith(".") && part !== "node_modules"))
    .map((parts) => parts.join("/"));
}

function fileDocument(name: string, path: string): Document {
  return { name, read: () => readFile(path) };
}

function noTexts(source: string, why: string): IsoflopError {
  return new IsoflopError({
    code: "corpus-empty",
    message: `The corpus ${source} is empty: ${why}.`,
    hint: "Give a text file, a folder of .txt files, a glob in quotes, or an npm package that holds .txt files.",
  });
}

/** By UTF-16 code units: the same order in every locale. */
function sorted(documents: Document[]): Document[] {
  return documents.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
