import { IsoflopError, isIsoflopError } from "../error.js";
import { show } from "../fit/rowFaults.js";
import type { AllocationFit } from "../forecast/laws.js";
import type { Outcome } from "../outcome.js";
import type { RunRecord } from "../record.js";

/** A run as the public functions take it: a {@link RunRecord} that need not be named. */
export interface RunInput extends Omit<RunRecord, "id"> {
  /** Default: the row's number, counted from 1. */
  readonly id?: string | number | undefined;
}

/** Runs with a name each. What is no array, or no object, passes through: the check of the rows names it. */
export function named(runs: readonly RunInput[]): readonly RunRecord[] {
  if (!Array.isArray(runs)) return runs as readonly RunRecord[];
  const given: readonly RunInput[] = runs;
  if (given.every((run) => typeof run?.id === "string")) return given as readonly RunRecord[];
  return Array.from(given, (run, i) =>
    typeof run === "object" && run !== null ? { ...run, id: String(run.id ?? i + 1) } : run,
  );
}

/** What `resamples`, `random` and `convention` may be, whoever calls; other options are their procedure's own. */
export function checkOptions(options: unknown): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null) {
    throw badOption(`The options must be an object, not ${show(options)}.`, "Write { resamples: 1000 }.");
  }
  const { resamples, random, convention } = options as Readonly<Record<string, unknown>>;
  if (resamples !== undefined && !(Number.isSafeInteger(resamples) && (resamples as number) >= 0)) {
    throw badOption(
      `resamples must be a whole number of zero or more, not ${show(resamples)}.`,
      "0 asks for no intervals.",
    );
  }
  if (random !== undefined && typeof (random as { uniform?: unknown } | null)?.uniform !== "function") {
    throw badOption(`random must be a generator, not ${show(random)}.`, "Write random: createRandom(7).");
  }
  if (convention !== undefined && (typeof convention !== "object" || convention === null)) {
    throw badOption(
      `convention must be an object, not ${show(convention)}.`,
      'Write convention: { parameters: "total", flops: "6N" }.',
    );
  }
}

function badOption(message: string, hint: string): IsoflopError {
  return new IsoflopError({ code: "bad-option", message, hint });
}

/** Laws whose fits say what to train for a budget. The type keeps the list whole. */
const ALLOCATING: Readonly<Record<AllocationFit["law"], true>> = {
  chinchilla: true,
  "kaplan-model-data": true,
  "isoflop-power-law": true,
  "envelope-power-law": true,
};

/**
 * A fit to forecast or plan by, whole: what a summary without draws or residuals lacks is empty. A failed fit's error is
 * thrown on, so that calls can be chained and the first error comes out at the end.
 * @throws IsoflopError "bad-fit", or the error given
 */
export function fitOf<Fit extends AllocationFit>(fit: Outcome<Fit>): Fit {
  if (isIsoflopError(fit)) throw fit;
  const given = fit as Partial<AllocationFit> | null | undefined;
  const law = typeof given === "object" ? given?.law : undefined;
  const complete =
    law !== undefined &&
    Object.hasOwn(ALLOCATING, law) &&
    Object.values(given?.parameters ?? { none: Number.NaN }).every(Number.isFinite) &&
    Number.isFinite(given?.compute?.coefficient) &&
    Number.isFinite(given?.compute?.exponent);
  if (!complete) {
    throw new IsoflopError({
      code: "bad-fit",
      message: `${law === undefined ? show(fit) : `A fit of the law ${show(law)}`} says nothing of what to train for a budget.`,
      hint: "Give what fitParametric, fitIsoflop or fitEnvelope return, or the second fit of fitKaplan.",
    });
  }
  const empty = { draws: { names: [], rows: [] }, residuals: [], noise: [], warnings: [], diagnostics: {} };
  return { ...empty, ...(fit as Fit) };
}
