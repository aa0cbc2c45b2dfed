import { firstMatch } from "./name.js";
import type { Mapping } from "./schema.js";

/** Of what a program leaves unsaid, these may be logged by the user's own script under a name in use. */
const FROM_NAMES = ["parameters", "nonEmbedding", "seed", "budget", "uniqueTokens"] as const;

/**
 * The mapping of a run: the first whose marks are all there, the user's before those that come along; the last one takes any.
 * What a program's mapping does not name of N, seed and budget is looked for by the names in use.
 */
export function chooseMapping(
  mappings: readonly Mapping[],
  settings: readonly string[],
  series: readonly string[],
): Mapping {
  const has = (names: readonly string[] | undefined, keys: readonly string[]) =>
    (names ?? []).every((name) => firstMatch([name], keys) !== undefined);
  const keys = [...series, ...settings];
  const found = mappings.find(
    ({ recognise }) =>
      recognise === undefined ||
      [recognise].flat().some((marks) => has(marks.series, keys) && has(marks.config, settings)),
  );
  const names = mappings.at(-1)!;
  const chosen = found ?? names;
  const config = { ...chosen.config };
  let { counted } = chosen;
  for (const setting of FROM_NAMES) {
    const more = names.config[setting];
    if (more === undefined || firstMatch(config[setting], settings) !== undefined) continue;
    config[setting] = more;
    // How the program counts says nothing of another's number.
    if (setting === "parameters" && counted?.flops !== undefined) counted = { flops: counted.flops };
    else if (setting === "parameters") counted = undefined;
  }
  const { counted: _, ...rest } = chosen;
  return { ...rest, config, ...(counted === undefined ? {} : { counted }) };
}
