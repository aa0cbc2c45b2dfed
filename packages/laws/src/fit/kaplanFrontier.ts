import { mean } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { warn } from "../statements/fit.js";
import { type BootstrapDraws, type BootstrapOver, bootstrap, summariseDraws } from "../uncertainty/bootstrap.js";
import { createResampler } from "../uncertainty/resampling.js";
import type { IsoflopFit } from "./isoflop.js";
import type { KaplanOptions } from "./kaplan.js";
import { fitPowerLaw, type PowerLawFit } from "./powerLawFit.js";
import type { FitWarning } from "./result.js";
import { chanceOf } from "./shifts.js";
import { chanceOfDraws, largerBudgets } from "./smallestBudget.js";

/** The points that L(C) goes through, and how it goes through resamples of them. */
export interface Frontier {
  readonly kind: "isoflop-minima" | "pareto";
  /** Ascending in compute. */
  readonly points: readonly FrontierPoint[];
  /** Without the smallest budget; undefined where too little would be left. */
  readonly larger?: {
    readonly budget: number;
    readonly several: boolean;
    readonly points: readonly FrontierPoint[];
    /** Standard deviation by which chance alone moves alphaC. */
    readonly chance: number | undefined;
  };
  /** Of Cc and alphaC. */
  readonly draws: BootstrapDraws;
  readonly over: BootstrapOver | "none";
  readonly warnings: readonly FitWarning[];
}

type FrontierPoint = Pick<RunRecord, "flops" | "loss">;

const DRAW_NAMES = ["Cc", "alphaC"] as const;

/** The power law through points of the frontier; undefined with fewer than two. */
export function computeLawOf(points: readonly FrontierPoint[]): PowerLawFit | undefined {
  if (points.length < 2) return undefined;
  return fitPowerLaw(
    points.map((p) => Math.log(p.flops)),
    points.map((p) => Math.log(p.loss)),
  );
}

/** Cc and alphaC of such a law. */
export function computeParameters({ k, exponent }: PowerLawFit): readonly [Cc: number, alphaC: number] {
  return [Math.exp(-Math.log(k) / exponent), -exponent];
}

/** The best runs; each resample has its own. */
export function runsFrontier(records: readonly RunRecord[], options: KaplanOptions): Frontier {
  const larger = largerBudgets(records, 3);
  const resampler = (options.resamples ?? 1) > 0 ? createResampler(records, options) : undefined;
  const counts = new Float64Array(records.length);
  const shifts = new Float64Array(records.length);
  const changes: number[] = [];
  const draws = bootstrap(DRAW_NAMES, options, (random) => {
    resampler!.draw(random, counts, shifts);
    const drawn = (keeps?: readonly boolean[]) =>
      records.flatMap((r, i) =>
        counts[i]! > 0 && (keeps?.[i] ?? true) ? [{ flops: r.flops, loss: r.loss * Math.exp(shifts[i]!) }] : [],
      );
    const line = computeLawOf(paretoFrontier(drawn()));
    const rest = larger && computeLawOf(paretoFrontier(drawn(larger.keeps)));
    if (line && rest) changes.push(rest.exponent - line.exponent);
    return line && computeParameters(line);
  });
  const rest = larger && paretoFrontier(records.filter((_, i) => larger.keeps[i]));
  return {
    kind: "pareto",
    points: paretoFrontier(records),
    ...(larger && rest && rest.length >= 3 && { larger: { ...larger, points: rest, chance: chanceOfDraws(changes) } }),
    draws,
    over: resampler?.over ?? "none",
    warnings: [warn("no-frontier")],
  };
}

/** Approach 2's minima, and its draws of the frontier, each seen as a pure power law over the same budgets. */
export function minimaFrontier(fit: IsoflopFit): Frontier {
  const used = fit.profiles.filter((p) => p.status === "used");
  const points = used.map((p) => ({ flops: p.vertex!.flops, loss: p.vertex!.loss }));
  const column = (name: string) => fit.draws.names.indexOf(name);
  const [E, k, gamma] = [column("E"), column("k"), column("gamma")];
  const rows = fit.draws.rows.flatMap((row) => {
    const line = computeLawOf(points.map(({ flops }) => ({ flops, loss: row[E]! + row[k]! * flops ** -row[gamma]! })));
    const values = line && computeParameters(line);
    return values?.every(Number.isFinite) ? [values] : [];
  });
  const attempted = Number(fit.diagnostics.bootstrapResamples);
  const draws = { names: DRAW_NAMES, rows, attempted, failed: attempted - rows.length };
  const rest = points.slice(1);
  const chance = chanceOf(summariseDraws(draws).standardErrors.alphaC, spread(points) / spread(rest));
  return {
    kind: "isoflop-minima",
    points,
    ...(points.length >= 4 && { larger: { budget: used[0]!.budget, several: false, points: rest, chance } }),
    draws,
    over: fit.diagnostics.bootstrapOver as Frontier["over"],
    warnings: fit.warnings.filter((warning) => warning.code === "few-points"),
  };
}

/** Sum of squares of ln C about its mean: what the variance of a slope is inverse to. */
function spread(points: readonly FrontierPoint[]): number {
  const logC = points.map(({ flops }) => Math.log(flops));
  const centre = mean(logC);
  return logC.reduce((sum, v) => sum + (v - centre) ** 2, 0);
}

/** Runs with less loss than every run of less or equal compute. */
function paretoFrontier(records: readonly FrontierPoint[]): FrontierPoint[] {
  const order = [...records].sort((p, q) => p.flops - q.flops || p.loss - q.loss);
  let least = Number.POSITIVE_INFINITY;
  return order.flatMap(({ flops, loss }) => {
    if (loss >= least) return [];
    least = loss;
    return [{ flops, loss }];
  });
}
