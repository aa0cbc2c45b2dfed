import { expectedErrors, formatCount, formatFlops, nominalLaw } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { ResolvedRuns } from "../resolve.js";
import { epochsOf, flopsOf } from "../runTotals.js";
import type { Study } from "../schema.js";
import { countedParameters } from "../shapes.js";
import { identifyParts } from "./identifyParts.js";
import { onlyRay } from "./ladder.js";
import { computeRange } from "./middle.js";

/** What a procedure will be able to say from a design, and why not more. */
export interface Identification {
  readonly what: string;
  readonly verdict: "yes" | "weakly" | "no";
  readonly why: string;
}

/** Noise of ln L from seed to seed that errors are computed for: that of examples/designs/grid (dev/LOG.md). Larger models have less. */
export const ASSUMED_NOISE = 0.007;
export const NOISE_TEXT = "at 0.7 % noise";

/** An exponent of compute to ± .05 forecasts N_opt at ten times the compute to 12 %; to ± .15, to 41 %. */
export const [SHARP, BLUNT] = [0.05, 0.15];

/** Runs that repeat nothing from which the data-constrained fit makes a base of its own. */
const BASE_RUNS = 15;

/**
 * What a design can and cannot identify, from its resolved runs: by the Cramér-Rao bound at a nominal law where a law is
 * fitted, by counts where a procedure needs them. Replaces no simulation: errors are for noise that is independent and alike.
 */
export function identifies(study: Study, { runs, parts }: ResolvedRuns): Identification[] {
  if (parts !== undefined) {
    const compute = runs.filter(({ id }) => parts.compute?.includes(id));
    return [...(compute.length === 0 ? [] : procedures(study, compute)), ...identifyParts(study, runs, parts)];
  }
  if (study.design.kind !== "epochs") return [...procedures(study, runs), seeds(study)];
  const fresh = runs.filter((run) => epochsOf(run) <= 1);
  return [...(fresh.length === 0 ? [] : procedures(study, fresh)), repetition(runs, fresh), seeds(study)];
}

function procedures(study: Study, runs: readonly RunSpec[]): Identification[] {
  const ray = onlyRay(study.design);
  const along = ray === undefined ? [] : [alongRay(ray, runs)];
  return [...along, envelope(runs), profiles(study, runs), parametric(study, runs), frontier(study, runs)];
}

const sizesOf = (runs: readonly RunSpec[]): number[] =>
  [...new Set(runs.map(({ parameters }) => parameters.total))].sort((a, b) => a - b);

/** N by the study's count. */
const counted = ({ counting }: Study, { shape }: RunSpec): number => countedParameters(shape, counting.parameters);

function verdictOf(error: number): Identification["verdict"] {
  return error <= SHARP ? "yes" : error <= BLUNT ? "weakly" : "no";
}

const plusMinus = (error: number): string =>
  Number.isFinite(error) && error < 10 ? `± ${error.toPrecision(2)}` : "not at all";

/** "within 12 %"; beyond a factor of ten, nothing. */
const within = (logError: number): string =>
  logError < Math.log(10) ? `within ${Number((100 * Math.expm1(logError)).toPrecision(2))} %` : "not at all";

function parametric(study: Study, runs: readonly RunSpec[]): Identification {
  const what = "Approach 3: L(N, D)";
  const planned = runs.map((run) => ({ parameters: counted(study, run), tokens: run.tokens }));
  const { high } = computeRange(study, runs);
  const { a, logE, logOptimum } = expectedErrors(planned, nominalLaw(planned), ASSUMED_NOISE, high);
  const told = `exponent a ${plusMinus(a)}, E ${within(logE)}, N_opt at ${formatFlops(high)} FLOPs ${within(logOptimum)} (standard errors ${NOISE_TEXT}, at the least)`;
  const cause =
    sizesOf(runs).length < 2
      ? "; one size: the model's term cannot show"
      : onlyRay(study.design) === undefined
        ? a > BLUNT
          ? "; N and D vary too little, or together"
          : ""
        : "; D follows N on one ray: A and B cannot be told apart";
  return { what, verdict: verdictOf(a), why: `${told}${cause}` };
}

/** Approach 2: vertices by the curvature of the nominal law, and a line through them. */
function profiles(study: Study, runs: readonly RunSpec[]): Identification {
  const what = "Approach 2: isoFLOP minima";
  const budgets = [...new Set(runs.flatMap(({ budget }) => budget ?? []))].sort((x, y) => x - y);
  const own = budgets
    .map((budget) => ({
      budget,
      logN: runs.filter((run) => run.budget === budget).map((run) => Math.log(counted(study, run))),
    }))
    .filter(({ logN }) => new Set(logN).size >= 3);
  if (own.length < 2) {
    const why = `${own.length === 0 ? "no budget has" : "one budget has"} three sizes; it needs two budgets`;
    return { what, verdict: "no", why: study.design.kind === "isoflop" ? why : `${why}, which kind: isoflop has` };
  }
  // At an optimum whose two terms are half of the loss, d²ln L / d(ln N)² = alpha beta / 2; a vertex has the slope's error over it.
  const { alpha, beta } = nominalLaw([{ parameters: 1, tokens: 1 }]);
  const vertices = own.map(({ budget, logN }) => ({
    x: Math.log(budget),
    variance: (ASSUMED_NOISE / ((alpha * beta) / 2)) ** 2 / spread(logN),
  }));
  const weight = vertices.reduce((sum, { variance }) => sum + 1 / variance, 0);
  const mean = vertices.reduce((sum, { x, variance }) => sum + x / variance, 0) / weight;
  const error = 1 / Math.sqrt(vertices.reduce((sum, { x, variance }) => sum + (x - mean) ** 2 / variance, 0));
  const decades = Math.log10((own.at(-1)?.budget ?? 1) / (own[0]?.budget ?? 1));
  const told = `${own.length} budgets over ${decades.toFixed(1)} decades: exponent a ${plusMinus(error)} where every minimum is inside`;
  if (own.length < 3)
    return { what, verdict: "weakly", why: `${told}; two minima fix the power law exactly: nothing checks it` };
  const narrow = decades < 1 ? "; less than a decade of compute shows no bend" : "";
  return { what, verdict: decades < 1 && error <= BLUNT ? "weakly" : verdictOf(error), why: `${told}${narrow}` };
}

const spread = (values: readonly number[]): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
};

/** Approach 1: at how much of the compute two sizes compete, and whether curves are read at the end of their decay. */
function envelope(runs: readonly RunSpec[]): Identification {
  const what = "Approach 1: envelope of the curves";
  const sizes = sizesOf(runs);
  if (sizes.length < 3) {
    return {
      what,
      verdict: "no",
      why: `${sizes.length} ${sizes.length === 1 ? "size" : "sizes"}: the winner is always at the edge`,
    };
  }
  const decaying = runs.some(({ schedule }) => schedule.kind !== "constant");
  const horizons = sizes.map(
    (size) => new Set(runs.filter((run) => run.parameters.total === size).map(({ tokens }) => tokens)).size,
  );
  const fewest = Math.min(...horizons);
  if (decaying && fewest < 3) {
    const why = `${sizes.length} sizes, some with ${fewest} ${fewest === 1 ? "horizon" : "horizons"}: curves are read before their learning rate has fallen, at too high a loss (kind: envelope has four horizons a size)`;
    return { what, verdict: "weakly", why };
  }
  return {
    what,
    verdict: sizes.length < 5 ? "weakly" : "yes",
    why: `${sizes.length} sizes, ${fewest} horizons each or more`,
  };
}

function frontier(study: Study, runs: readonly RunSpec[]): Identification {
  const what = "Kaplan's L(C)";
  const { low, high } = computeRange(study, runs);
  const different = new Set(runs.map((run) => Math.round(10 * Math.log(flopsOf(run))))).size;
  if (different < 3) return { what, verdict: "no", why: "fewer than three amounts of compute" };
  const decades = Math.log10(high / low);
  const told = `${decades.toFixed(1)} decades of compute; it has no irreducible loss, and bends where there is one`;
  return { what, verdict: decades >= 1 ? "yes" : "weakly", why: told };
}

function alongRay(ray: number, runs: readonly RunSpec[]): Identification {
  const sizes = sizesOf(runs);
  const span = (sizes.at(-1) ?? 1) / (sizes[0] ?? 1);
  const why = `${sizes.length} sizes over a factor of ${span.toPrecision(2)} for three constants, along D = ${ray} N alone: not what to train`;
  return {
    what: "L(C) along the ray",
    verdict: sizes.length >= 5 && span >= 10 ? "yes" : sizes.length >= 4 ? "weakly" : "no",
    why,
  };
}

function repetition(runs: readonly RunSpec[], fresh: readonly RunSpec[]): Identification {
  const what = "Data-constrained: R_D*, R_N*";
  const repeats = runs.filter((run) => epochsOf(run) > 1);
  if (repeats.length === 0) return { what, verdict: "no", why: "no run repeats its text" };
  const most = Math.max(...repeats.map(epochsOf));
  const sizes = sizesOf(repeats).length;
  const told = `${repeats.length} runs of up to ${most.toPrecision(2)} passes, ${sizes} sizes`;
  if (fresh.length < BASE_RUNS) {
    const why = `${told}; only ${fresh.length} runs repeat nothing: a base of its own needs ${BASE_RUNS} (or isoflop fit --base)`;
    return { what, verdict: "weakly", why };
  }
  const lacks = [
    ...(most < 8 ? ["up to four passes cost little: R_D* shows beyond (Muennighoff et al. 2023)"] : []),
    ...(sizes < 2 ? ["one size: R_N* cannot show"] : []),
  ];
  return { what, verdict: lacks.length === 0 ? "yes" : "weakly", why: [told, ...lacks].join("; ") };
}

function seeds({ design }: Study): Identification {
  const what = "Noise from seed to seed";
  const several = design.kind === "runs" ? false : design.seeds > 1;
  return several
    ? { what, verdict: "yes", why: `${formatCount(design.seeds)} seeds of every run` }
    : { what, verdict: "no", why: "one seed: noise is known from residuals alone (design.seeds: 2)" };
}
