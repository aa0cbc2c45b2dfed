import type { Mapping } from "../mapping/schema.js";
import { type Candidate, lastStep, loggedAt, positive, shareOfSteps } from "./candidate.js";
import type { Series } from "./series.js";
import type { Settings } from "./settings.js";

/** D at a step (undefined: at the end), by every account that there is, the best first. */
export function tokensOf(
  given: Candidate | undefined,
  { number }: Settings,
  series: ReadonlyMap<string, Series>,
  mapping: Mapping,
  step: number | undefined,
): Candidate[] {
  const end = lastStep(series);
  const at = step ?? end;
  const perStep = number("batchTokens");
  const [sequences, context] = [number("batchSequences"), number("context")];
  const batch =
    perStep?.value ?? (sequences === undefined || context === undefined ? undefined : sequences.value * context.value);
  const settled = number("tokens");
  const share = shareOfSteps(step, end);
  const candidates: (Candidate | undefined)[] = [
    given,
    loggedAt(mapping.series.tokens, series, at),
    batch === undefined || at === undefined
      ? undefined
      : { value: batch * at, from: `step ${at} times ${perStep?.key ?? `${sequences!.key} times ${context!.key}`}` },
    settled === undefined
      ? undefined
      : { value: settled.value * share, from: share === 1 ? settled.key : `${settled.key}, by the share of the steps` },
  ];
  return candidates.filter((candidate) => candidate !== undefined).filter(positive);
}
