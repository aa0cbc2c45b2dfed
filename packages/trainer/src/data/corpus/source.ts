import { readdir, readFile, stat } from "node:fs/promises";
import { basename, isAbsolute, join, relative, resolve, sep } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { CorpusFile } from "./corpusFile.js";
import { knownForm, namedForm, READABLE } from "./fileForm.js";
import { globExpression, globRoot, isGlob } from "./glob.js";
import { fetchNpmTarball } from "./npmPackage.js";
import { readTarball } from "./tarball.js";
import { readFailure, systemCode } from "./writeFailure.js";

/** Files of a source in the order of their names, and the source pinned down ("npm:x@1.2.3"). */
export interface Source {
  readonly source: string;
  readonly files: readonly CorpusFile[];
}

export interface SourceOptions {
  readonly cacheRoot: string;
  /** Folder that relative paths start from. */
  readonly baseFolder: string;
  readonly log: (line: string) => void;
}

const MARKDOWN = /\.md(\.|$)/i;

/** "npm:<package>[@version]", "npm-tarball:<path>" or any *.tgz, a file, a folder, or a glob. */
export async function openSource(source: string, options: SourceOptions): Promise<Source> {
  if (source.startsWith("npm:")) {
    const fetched = await fetchNpmTarball(source.slice("npm:".length), options);
    return { source: fetched.source, files: tarballFiles(fetched.file, await readWhole(fetched.file)) };
  }
  const path = source.replace(/^npm-tarball:/, "");
  const absolute = isAbsolute(path) ? path : resolve(options.baseFolder, path);
  const entry = await stat(absolute).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw readFailure(error, absolute);
  });
  if (entry === undefined) {
    if (isGlob(path)) return { source, files: await globFiles(source, absolute) };
    throw new IsoflopError({
      code: "corpus-missing",
      message: `The corpus ${source} does not exist (looked for ${absolute}).`,
      hint: "Give a text, JSONL or Parquet file, a folder of them, a glob in quotes, or npm:<package>@<version>.",
    });
  }
  if (entry.isDirectory()) return { source, files: await folderFiles(source, absolute) };
  if (!entry.isFile()) {
    // A pipe has no end that we could wait for, and cannot be read twice; /dev/zero would fill the memory.
    throw new IsoflopError({
      code: "corpus-not-a-file",
      message: `The corpus ${source} is a pipe or a device (${absolute}), not a file.`,
      hint: "Write its text to a file first and name that.",
    });
  }
  if (source.startsWith("npm-tarball:") || /\.(tgz|tar\.gz)$/i.test(path)) {
    return { source, files: tarballFiles(absolute, await readWhole(absolute)) };
  }
  return { source, files: [diskFile(basename(absolute), absolute)] };
}

/**
 * An npm package's texts: those in its data folder where there are some, else all. Markdown is left out: it is about the
 * package.
 */
function tarballFiles(file: string, gzipped: Uint8Array): CorpusFile[] {
  // npm puts everything under one top folder, usually "package/".
  const texts = readTarball(file, gzipped)
    .map((entry) => ({ name: entry.path.replace(/^(\.\/)?[^/]+\//, ""), bytes: entry.bytes }))
    .flatMap((entry) => {
      const form = MARKDOWN.test(entry.name) ? undefined : knownForm(entry.name);
      return form === undefined ? [] : [{ ...entry, form }];
    });
  const inData = texts.filter((entry) => entry.name.startsWith("data/"));
  const chosen = inData.length > 0 ? inData : texts;
  if (chosen.length === 0) throw noTexts(file, `it holds no ${READABLE} (Markdown does not count here)`);
  return sorted(
    chosen.map(({ name, bytes, form }) => ({ name, place: `${name} in ${file}`, form, content: { bytes } })),
  );
}

/** What a folder holds; beside JSONL or Parquet, Markdown is about the data and is left out. */
async function folderFiles(source: string, folder: string): Promise<CorpusFile[]> {
  const names = (await listFiles(folder)).filter((name) => knownForm(name) !== undefined);
  if (names.length === 0) throw noTexts(source, `the folder holds no ${READABLE}`);
  const data = names.some((name) => knownForm(name)?.kind !== "text");
  const kept = data ? names.filter((name) => !MARKDOWN.test(name)) : names;
  return sorted(kept.map((name) => diskFile(name, join(folder, name))));
}

async function globFiles(source: string, absolutePattern: string): Promise<CorpusFile[]> {
  const pattern = absolutePattern.split(sep).join("/");
  const root = globRoot(pattern);
  const expression = patternExpression(source, pattern);
  const prefix = root.endsWith("/") ? root : `${root}/`;
  const files = (await listFiles(root)).filter((name) => expression.test(prefix + name));
  if (files.length === 0) throw noTexts(source, `no file matches the pattern (searched in ${root})`);
  return sorted(files.map((name) => diskFile(name, join(root, name))));
}

/** Regular files below a folder, as "/"-separated relative paths; hidden ones and node_modules are left out. */
async function listFiles(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
    // A folder that may not be read must not pass for an empty one: the corpus would be another, unnoticed.
    throw readFailure(error, error instanceof Error && "path" in error ? String(error.path) : root);
  });
  const files = entries
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => ({ entry, path: join(entry.parentPath, entry.name) }))
    .map(({ entry, path }) => ({ entry, path, parts: relative(root, path).split(sep) }))
    .filter(({ parts }) => parts.every((part) => !part.startsWith(".") && part !== "node_modules"));
  const kept = await Promise.all(
    // Links count where they lead to a file; those to folders are not followed (they may go in a circle).
    files.map(
      async ({ entry, path }) => entry.isFile() || (await stat(path).catch(() => undefined))?.isFile() === true,
    ),
  );
  return files.filter((_, i) => kept[i]).map(({ parts }) => parts.join("/"));
}

function patternExpression(source: string, pattern: string): RegExp {
  try {
    return globExpression(pattern);
  } catch (cause) {
    throw new IsoflopError({
      code: "corpus-pattern",
      message: `The corpus ${source} is no pattern that can be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      hint: "Check the sets in square brackets: [a-z] goes from the lower to the higher character.",
      cause,
    });
  }
}

function diskFile(name: string, path: string): CorpusFile {
  return { name, place: path, form: namedForm(name, path), content: { path } };
}

async function readWhole(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw readFailure(error, path);
  });
}

function noTexts(source: string, why: string): IsoflopError {
  return new IsoflopError({
    code: "corpus-empty",
    message: `The corpus ${source} is empty: ${why}.`,
    hint: "Give a text, JSONL or Parquet file, a folder of them, a glob in quotes, or an npm package that holds such files.",
  });
}

/** By UTF-16 code units: the same order in every locale. */
function sorted(files: CorpusFile[]): CorpusFile[] {
  return files.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
