import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const ENV = "/usr/bin/env";

/**
 * What starts Node so that glibc (2.35 and later; others ignore it) asks for huge pages for large blocks: products of a
 * model's matrices walk across many pages, and a step of a wide model is 5 % faster (dev/LOG.md).
 */
const inHugePages = (): string[] => {
  if (process.platform !== "linux" || !existsSync(ENV)) return [];
  const others = process.env.GLIBC_TUNABLES;
  return [ENV, `GLIBC_TUNABLES=${others ? `${others}:` : ""}glibc.malloc.hugetlb=1`];
};

/** Program and first arguments of the built-in trainer; the run folder's path comes after them. */
export const builtinTrainerCommand = (): string[] => [
  ...inHugePages(),
  process.execPath,
  fileURLToPath(new URL("./command.js", import.meta.url)),
];

/** Versions of what the built-in trainer computes with. */
export function engineVersions(): Record<string, string> {
  const engine = createRequire(import.meta.url)("onnxruntime-node/package.json") as { readonly version: string };
  return { "onnxruntime-node": engine.version };
}
