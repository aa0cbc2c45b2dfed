import { firstMatch } from "../mapping/name.js";
import type { Mapping } from "../mapping/schema.js";
import { type Candidate, lastStep, positive } from "./candidate.js";
import { grownAt, type Series } from "./series.js";
import type { Settings } from "./settings.js";

/** D at a step (undefined: at the end), by every account that there is, the best first. */
export function tokensOf(
  given: Candidate | undefined,
  { number }: Settings,
  series: ReadonlyMap<string, Series>,
  mapping: Mapping,
  step: number | undefined,
): Candidate[] {
  const name = firstMatch(mapping.series.tokens, [...series.keys()]);
  const seen = name === undefined ? undefined : series.get(name.key);
  const end = lastStep(series);
  const at = step ?? end;
  const logged = seen === undefined || at === undefined ? undefined : grownAt(seen, at);
  const perStep = number("batchTokens");
  const [sequences, context] = [number("batchSequences"), number("context")];
  const batch =
    perStep?.value ?? (sequences === undefined || context === undefined ? undefined : sequences.value * context.value);
  const settled = number("tokens");
  const share = step === undefined || end === undefined || end === 0 ? 1 : step / end;
  const candidates: (Candidate | undefined)[] = [
    given,
    logged === undefined ? undefined : { value: logged * name!.scale, from: `${name!.key} at step ${at}` },
    batch === undefined || at === undefined
      ? undefined
      : { value: batch * at, from: `step ${at} times ${perStep?.key ?? `${sequences!.key} times ${context!.key}`}` },
    settled === undefined
      ? undefined
      : { value: settled.value * share, from: share === 1 ? settled.key : `${settled.key}, by the share of the steps` },
  ];
  return candidates.filter((candidate) => candidate !== undefined).filter(positive);
}
