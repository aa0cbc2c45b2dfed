// Test support: numbers of the Python package, many answers from one process.
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunSpec } from "../../../packages/trainer/src/contract/runSpec.js";
import { tinyRunFolder } from "../../../packages/trainer/src/training/tinyRun.js";
import { runPython } from "./python.js";

export type Request = { readonly spec: RunSpec } & (
  | { readonly ask: "initial" | "validation" | "schedule" | "rows" }
  | { readonly ask: "batches"; readonly steps: readonly number[] }
  | {
      readonly ask: "permutation";
      readonly positions: readonly number[];
      readonly length: number;
      readonly index: number;
    }
  | {
      readonly ask: "gradients";
      readonly float: "float32" | "float64";
      /** One after another, as in a checkpoint. */
      readonly parameters: Float32Array;
      readonly windows: readonly number[];
    }
);

/** Answers in the order of the requests: flat doubles. */
export function askPython(requests: readonly Request[]): Float64Array[] {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-ask-"));
  const written = requests.map(({ spec, ...request }, i) => {
    const asked: Record<string, unknown> = { ...request, run: tinyRunFolder(spec) };
    if (request.ask === "gradients") {
      asked.parameters = join(folder, `${i}.parameters`);
      writeFileSync(join(folder, `${i}.parameters`), request.parameters);
    }
    return asked;
  });
  writeFileSync(join(folder, "requests.json"), JSON.stringify(written));
  runPython(fileURLToPath(new URL("./answer.py", import.meta.url)), folder);
  return requests.map((_, i) => {
    const bytes = readFileSync(join(folder, `${i}.bin`));
    return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  });
}
