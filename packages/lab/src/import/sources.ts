import { IsoflopError } from "@isoflop/laws";
import { huggingFace } from "./huggingFace.js";
import type { Mapping } from "./mapping/schema.js";
import { metricFiles } from "./metricFiles.js";
import type { ImportSource } from "./source.js";
import { tensorboard } from "./tensorboard/tensorboard.js";

/** Every kind of files that can be imported; the first that knows a path takes it. */
export const everySource = (mappings: readonly Mapping[]): readonly ImportSource[] => [
  huggingFace,
  tensorboard,
  metricFiles(mappings),
];

/** Those that --from names, or all. Errors: import-from. */
export function chosenSources(from: string | undefined, mappings: readonly Mapping[]): readonly ImportSource[] {
  const all = everySource(mappings);
  if (from === undefined) return all;
  return from.split(",").map((name) => {
    const source = all.find((candidate) => candidate.name === name.trim());
    if (source !== undefined) return source;
    throw new IsoflopError({
      code: "import-from",
      message: `--from: there is no ${JSON.stringify(name)}.`,
      hint: `Known: ${all.map((known) => known.name).join(", ")}.`,
    });
  });
}
