import type { Mapping } from "../mapping/schema.js";
import { type Candidate, lastStep, loggedAt, positive, shareOfSteps } from "./candidate.js";
import type { Series } from "./series.js";
import type { Settings } from "./settings.js";

/** D at a step (undefined: at the end), by every account that there is, the best first. */
export function tokensOf(
  given: Candidate | undefined,
  { number, numbers }: Settings,
  series: ReadonlyMap<string, Series>,
  mapping: Mapping,
  step: number | undefined,
): Candidate[] {
  const end = lastStep(series);
  const at = step ?? end;
  const perStep = number("batchTokens");
  const [sequences, context] = [number("batchSequences"), number("context")];
  const share = shareOfSteps(step, end);
  const batches = [
    ...(perStep === undefined ? [] : [{ value: perStep.value, by: perStep.key }]),
    ...(sequences === undefined || context === undefined
      ? []
      : [{ value: sequences.value * context.value, by: `${sequences.key} times ${context.key}` }]),
  ];
  const candidates: (Candidate | undefined)[] = [
    given,
    loggedAt(mapping.series.tokens, series, at),
    ...(at === undefined
      ? []
      : batches.map(({ value, by }) => ({ value: value * at, from: `step ${at} times ${by}` }))),
    ...numbers("tokens").map(({ value, key }) => ({
      value: value * share,
      from: share === 1 ? key : `${key}, by the share of the steps`,
    })),
  ];
  return candidates.filter((candidate) => candidate !== undefined).filter(positive);
}
