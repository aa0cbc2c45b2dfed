import {
  type CountingConvention,
  createRandom,
  fitIsoflop,
  fitProfile,
  forecast,
  type Interval,
  isIsoflopError,
  type RunRecord,
} from "@isoflop/laws";
import { spaced } from "../study/designs/fields.js";

/** The middle of a profile that is about to be trained, and why it is there. */
export interface Centre {
  /** N in the study's count. */
  readonly parameters: number;
  /** Of the forecast minimum, where Approach 2 gave one. */
  readonly interval95?: Interval;
  readonly by: "rule" | "forecast" | "minimum" | "least loss";
  /** In one clause, for the reader of centres.json. */
  readonly why: string;
}

/** Approach 2's exponent is believed to a standard error of so much; below, the study's own exponent is the better guess. */
const SURE_ENOUGH = 0.15;
const RESAMPLES = 300;

/**
 * The middle of the next budget's profile, from the runs of the smaller ones. Approach 2's forecast minimum, where the minima
 * determine its exponent; otherwise the largest budget's minimum, or where that has none its size of least loss, carried
 * on by the study's exponent. Deterministic: the same runs give the same centre.
 */
export function nextCentre(
  budget: number,
  records: readonly RunRecord[],
  { exponent, convention }: { readonly exponent: number; readonly convention: CountingConvention },
): Centre | undefined {
  // Runs beside the profiles (design.also) have no budget, and Approach 2 would have all or none to have one.
  const profiled = records.filter((record) => record.budget !== undefined);
  const fit = fitIsoflop(profiled, { convention, resamples: RESAMPLES, random: createRandom(0) });
  if (!isIsoflopError(fit)) {
    const error = fit.standardErrors.a;
    const expected = forecast(fit, budget);
    if (error !== undefined && error <= SURE_ENOUGH && !isIsoflopError(expected)) {
      const interval95 = expected.intervals95?.parameters;
      return {
        parameters: expected.optimum.parameters,
        ...(interval95 === undefined ? {} : { interval95 }),
        by: "forecast",
        why: `Approach 2 through ${fit.diagnostics.usedBudgets} minima, a = ${fit.parameters.a.toFixed(3)} ± ${error.toFixed(3)}`,
      };
    }
  }
  const budgets = [...new Set(records.flatMap((record) => record.budget ?? []))].sort((a, b) => b - a);
  for (const trained of budgets) {
    const { status, vertex } = fitProfile(trained, of(records, trained));
    if (status !== "used" || vertex === undefined) continue;
    return {
      parameters: vertex.parameters * (budget / trained) ** exponent,
      by: "minimum",
      why: `the minimum at ${trained.toPrecision(3)} FLOPs, carried on by N ∝ C^${exponent}: the minima do not determine an exponent yet`,
    };
  }
  const [largest] = budgets;
  if (largest === undefined) return undefined;
  const best = of(records, largest).reduce((a, b) => (b.loss < a.loss ? b : a));
  return {
    parameters: best.parameters * (budget / largest) ** exponent,
    by: "least loss",
    why: `no profile has a minimum inside yet: the size of least loss at ${largest.toPrecision(3)} FLOPs, carried on by N ∝ C^${exponent}`,
  };
}

const of = (records: readonly RunRecord[], budget: number) => records.filter((record) => record.budget === budget);

/** On which side a profile needs more sizes: where its minimum lies at or beyond the edge. */
export function missingSide(budget: number, records: readonly RunRecord[]): "smaller" | "larger" | undefined {
  const own = of(records, budget);
  const sizes = [...new Set(own.map(({ parameters }) => parameters))].sort((a, b) => a - b);
  const [smallest, largest] = [sizes[0], sizes.at(-1)];
  if (smallest === undefined || largest === undefined || sizes.length < 3) return undefined;
  const { status, vertex } = fitProfile(budget, own);
  if (status === "used") return undefined;
  if (status === "edge" && vertex !== undefined) {
    if (vertex.parameters <= smallest) return "smaller";
    if (vertex.parameters >= largest) return "larger";
  }
  // A profile that does not bend upwards says by its losses alone where it falls.
  const means = sizes.map((size) => {
    const losses = own.filter(({ parameters }) => parameters === size).map(({ loss }) => loss);
    return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  });
  const best = sizes[means.indexOf(Math.min(...means))];
  if (best === smallest) return "smaller";
  return best === largest ? "larger" : undefined;
}

/** Sizes to add on one side of a profile: half as many as it was designed with, at the same spacing. */
export function extension(
  sizes: readonly number[],
  side: "smaller" | "larger",
  design: { readonly sizes: number; readonly span: number },
): number[] {
  const count = Math.ceil(design.sizes / 2);
  const step = design.span ** (1 / (design.sizes - 1));
  const end = side === "larger" ? Math.max(...sizes) : Math.min(...sizes);
  return side === "larger"
    ? spaced(end * step, end * step ** count, count)
    : spaced(end / step ** count, end / step, count);
}
