import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** Program and first arguments of the built-in trainer; the run folder's path comes after them. */
export const builtinTrainerCommand = (): string[] => [
  process.execPath,
  fileURLToPath(new URL("./command.js", import.meta.url)),
];

/** Versions of what the built-in trainer computes with. */
export function engineVersions(): Record<string, string> {
  const engine = createRequire(import.meta.url)("onnxruntime-node/package.json") as { readonly version: string };
  return { "onnxruntime-node": engine.version };
}
