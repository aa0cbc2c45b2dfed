import { fileURLToPath } from "node:url";

/** Program and first arguments of the built-in trainer; the run folder's path comes after them. */
export const builtinTrainerCommand = (): string[] => [
  process.execPath,
  fileURLToPath(new URL("./command.js", import.meta.url)),
];
