import { IsoflopError } from "../error.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import { type BootstrapOptions, bootstrap, resampleCounts, summariseDraws } from "../uncertainty/bootstrap.js";
import {
  type CurveOptions,
  DEFAULT_CURVES,
  type FlopGrid,
  isUsable,
  type SmoothedCurve,
  smoothCurves,
} from "./envelopeCurves.js";
import type { FrontierParameterName } from "./isoflop.js";
import { fitLossFrontier } from "./lossFrontierFit.js";
import { fitPowerLaw } from "./powerLawFit.js";
import { checkRecords, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult } from "./result.js";
import {
  warn,
  warnBootstrap,
  warnComputeRange,
  warnConvention,
  warnCopies,
  warnCoverage,
  warnExponentSum,
} from "./warnings.js";

export interface EnvelopeOptions extends FitOptions, BootstrapOptions, CurveOptions {}

/** The run of least smoothed training loss at one value of compute. */
export interface EnvelopePoint {
  readonly flops: number;
  readonly run: string;
  readonly parameters: number;
  readonly tokens: number;
  readonly loss: number;
  /** "edge": the winner is the smallest or largest size there, so a better one may lie beyond; not fitted. */
  readonly status: "used" | "edge";
}

/** Approach 1's result: the same parameters as Approach 2's; the loss is the smoothed TRAINING loss. */
export interface EnvelopeFit extends FitResult {
  readonly approach: "1";
  readonly law: "envelope-power-law";
  readonly parameters: Readonly<Record<FrontierParameterName, number>>;
  readonly exponents: { readonly a: number; readonly b: number };
  /** Ascending in compute. */
  readonly envelope: readonly EnvelopePoint[];
  /** ln(envelope loss) - ln(fit) at used points, thinned: what a loss forecast may miss by. */
  readonly noise: readonly number[];
  readonly compute: ComputeCost;
}

const DRAW_NAMES = ["kN", "a", "kD", "b", "E", "k", "gamma"] as const;

/** Points of the envelope that L_opt(C) is fitted to: neighbours on the grid repeat each other. */
const LOSS_POINTS = 60;

/** A smaller share of the envelope lost to edges changes nothing that a reader would see. */
const NOTED_EDGE_SHARE = 0.01;

/** Bootstrap refits look at every fifth grid value: 300 of 1,500 give the same exponents to a thousandth. */
const DRAW_STRIDE = 5;

interface Winner {
  readonly index: number;
  readonly curve: SmoothedCurve;
  readonly edge: boolean;
}

/**
 * Approach 1 of Hoffmann et al. 2022: smooth each training curve (local-linear, Gaussian kernel in ln FLOPs), find the
 * run of least loss at 1,500 log-spaced FLOP values within the range that two sizes cover, and fit N_opt = kN C^a,
 * D_opt = kD C^b to the winners. Stretches won by the smallest or largest size of those present are left out. The
 * bootstrap draws whole runs; the curves are smoothed once.
 * @throws IsoflopError "no-curves", "no-envelope", "too-few-records", "bad-record"
 */
export function fitEnvelope(records: readonly RunRecord[], options: EnvelopeOptions = {}): EnvelopeFit {
  checkRecords(records, 3, "Approach 1");
  const settings = { ...DEFAULT_CURVES, ...definedOnly(options) };
  const without = records.filter((r) => (r.curve?.filter(isUsable).length ?? 0) < 3).length;
  const smoothed = smoothCurves(records, settings);
  if (!smoothed) {
    throw new IsoflopError({
      code: "no-curves",
      message: `Approach 1 needs training curves of two sizes over a common range of compute; ${records.length - without} of ${records.length} runs have a curve.`,
      hint: "Record the training loss along each run (metrics.jsonl), or use approach 2 or 3.",
    });
  }
  const { grid, curves } = smoothed;
  const present = new Float64Array(records.length).fill(1);
  const winners = envelopeOf(grid, curves, present);
  const used = winners.filter((winner) => !winner.edge);
  const laws = fitLaws(grid, used);
  if (!laws) {
    throw new IsoflopError({
      code: "no-envelope",
      message:
        "Everywhere on the envelope the smallest or the largest size wins, or one size alone: no exponent can be fitted.",
      hint: "Train at least three sizes whose curves cross; use approach 2 or 3 meanwhile.",
    });
  }

  const strata = [curves.map((curve) => curve.run)];
  const counts = new Float64Array(records.length);
  const draws = bootstrap(DRAW_NAMES, options, (random) => {
    resampleCounts(strata, random, counts);
    const refit = fitLaws(
      grid,
      envelopeOf(grid, curves, counts, DRAW_STRIDE).filter((winner) => !winner.edge),
    );
    return refit && DRAW_NAMES.map((name) => refit.parameters[name]);
  });

  const compute = computeCostOf(records, options.convention);
  const { a, b } = laws.parameters;
  const edgeShare = winners.length === 0 ? 0 : 1 - used.length / winners.length;
  const sizes = new Set(used.map((winner) => winner.curve.parameters)).size;
  return {
    approach: "1",
    law: "envelope-power-law",
    parameters: laws.parameters,
    ...summariseDraws(draws),
    exponents: { a, b },
    objective: laws.objective,
    diagnostics: {
      ...recordDiagnostics(
        curves.map((curve) => records[curve.run]!),
        options.convention,
      ),
      kernel: "local-linear, Gaussian in ln FLOPs",
      bandwidth: settings.bandwidth,
      warmupFraction: settings.warmupFraction,
      gridPoints: settings.gridPoints,
      envelopePoints: winners.length,
      usedPoints: used.length,
      usedSizes: sizes,
      edgeShare,
      lossKind: "training",
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
    },
    warnings: [
      ...(without > 0
        ? [
            warn(
              "skipped-curves",
              `${without} of ${records.length} runs have no training curve of three points and are left out.`,
            ),
          ]
        : []),
      ...(edgeShare >= NOTED_EDGE_SHARE
        ? [
            warn(
              "edge-minimum",
              `On ${Math.round(100 * edgeShare)} % of the envelope the smallest or largest size wins; these stretches are not fitted.`,
            ),
          ]
        : []),
      ...(sizes < 3 ? [warn("few-points", `The fitted envelope passes through ${sizes} sizes only.`)] : []),
      ...warnComputeRange(used.map((winner) => grid.flops[winner.index]!)),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
      ...warnExponentSum(a, b, compute.exponent),
      ...(laws.frontier.atBound
        ? [warn("parameter-at-bound", "The envelope shows no irreducible loss: E = 0 or gamma at its bound.")]
        : []),
      ...warnBootstrap(draws.failed, draws.attempted),
      ...warnCoverage("envelope", draws),
    ],
    envelope: winners.map((winner) => toPoint(records, grid, winner)),
    noise: laws.frontier.residuals,
    compute,
  };
}

/** The winner at every grid point that two present sizes cover. */
function envelopeOf(grid: FlopGrid, curves: readonly SmoothedCurve[], present: Float64Array, stride = 1): Winner[] {
  const active = curves.filter((curve) => present[curve.run]! > 0);
  const winners: Winner[] = [];
  for (let index = 0; index < grid.flops.length; index += stride) {
    let best: SmoothedCurve | undefined;
    let least = Number.POSITIVE_INFINITY;
    let smallest = Number.POSITIVE_INFINITY;
    let largest = 0;
    for (const curve of active) {
      if (index < curve.first || index >= curve.end) continue;
      const loss = curve.loss[index - curve.first]!;
      if (curve.parameters < smallest) smallest = curve.parameters;
      if (curve.parameters > largest) largest = curve.parameters;
      if (loss < least) {
        least = loss;
        best = curve;
      }
    }
    if (!best || smallest === largest) continue;
    winners.push({ index, curve: best, edge: best.parameters === smallest || best.parameters === largest });
  }
  return winners;
}

function fitLaws(grid: FlopGrid, used: readonly Winner[]) {
  if (new Set(used.map((winner) => winner.curve.parameters)).size < 2) return undefined;
  const logC = used.map((winner) => grid.logFlops[winner.index]!);
  const n = fitPowerLaw(
    logC,
    used.map((winner) => Math.log(winner.curve.parameters)),
  );
  const d = fitPowerLaw(
    logC,
    used.map((winner) => grid.logFlops[winner.index]! + Math.log(winner.curve.tokensPerFlop)),
  );
  const stride = Math.max(1, Math.floor(used.length / LOSS_POINTS));
  const thinned = used.filter((_, i) => i % stride === 0);
  const frontier = fitLossFrontier(
    thinned.map((winner) => grid.flops[winner.index]!),
    thinned.map((winner) => winner.curve.loss[winner.index - winner.curve.first]!),
  );
  if (!n || !d || !frontier) return undefined;
  const parameters = { kN: n.k, a: n.exponent, kD: d.k, b: d.exponent, ...frontier.parameters };
  return { parameters, frontier, objective: n.residuals.reduce((sum, r) => sum + r * r, 0) };
}

function toPoint(records: readonly RunRecord[], grid: FlopGrid, { index, curve, edge }: Winner): EnvelopePoint {
  const flops = grid.flops[index]!;
  return {
    flops,
    run: records[curve.run]!.id,
    parameters: curve.parameters,
    tokens: flops * curve.tokensPerFlop,
    loss: curve.loss[index - curve.first]!,
    status: edge ? "edge" : "used",
  };
}

function definedOnly(options: CurveOptions): Partial<Required<CurveOptions>> {
  return {
    ...(options.bandwidth !== undefined && { bandwidth: options.bandwidth }),
    ...(options.warmupFraction !== undefined && { warmupFraction: options.warmupFraction }),
    ...(options.gridPoints !== undefined && { gridPoints: options.gridPoints }),
  };
}
