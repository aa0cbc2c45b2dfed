import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import { refuse, warn } from "../statements/fit.js";
import { type BootstrapOptions, bootstrap, summariseDraws } from "../uncertainty/bootstrap.js";
import { type CurveOptions, DEFAULT_CURVES, type FlopGrid, isUsable, smoothCurves } from "./envelopeCurves.js";
import { curveResampler, envelopeOf, exponentAbove, lowestQuarter, type Winner } from "./envelopeWinners.js";
import { frontierConditions } from "./frontierConditions.js";
import type { FrontierParameterName } from "./isoflop.js";
import { fitLossFrontier } from "./lossFrontierFit.js";
import { fitPowerLaw } from "./powerLawFit.js";
import { checkRecords, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult } from "./result.js";
import { shiftDiagnostics, warnBudgetShift } from "./shifts.js";
import { chanceOfDraws } from "./smallestBudget.js";
import {
  warnBootstrap,
  warnComputeRange,
  warnConvention,
  warnCopies,
  warnCoverage,
  warnExponentSum,
  warnNoIntervals,
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
    throw refuse("no-curves", { curves: records.length - without, runs: records.length });
  }
  const { grid, curves } = smoothed;
  const winners = envelopeOf(grid, curves);
  const used = winners.filter((winner) => !winner.edge);
  const laws = fitLaws(grid, used);
  if (!laws) {
    throw refuse("no-envelope");
  }

  const { a, b } = laws.parameters;
  const quarter = lowestQuarter(grid, used);
  const changes: number[] = [];
  const resampler = (options.resamples ?? 1) > 0 ? curveResampler(records, curves, options) : undefined;
  const draws = bootstrap(DRAW_NAMES, options, (random) => {
    const drawn = envelopeOf(grid, resampler!.draw(random), DRAW_STRIDE).filter((winner) => !winner.edge);
    const refit = fitLaws(grid, drawn);
    const rest = refit && exponentAbove(grid, drawn, quarter);
    if (rest !== undefined) changes.push(rest - refit!.parameters.a);
    return refit && DRAW_NAMES.map((name) => refit.parameters[name]);
  });
  const changed = exponentAbove(grid, used, quarter);
  const shift = changed !== undefined && {
    key: "exponent",
    name: "a",
    without: { what: "lowest-quarter" as const, upTo: quarter },
    value: a,
    changed,
    chance: chanceOfDraws(changes),
  };
  const frontier = frontierConditions(
    laws.flops,
    laws.losses,
    laws.frontier,
    new Set(used.map(({ curve }) => curve.run)).size,
  );

  const compute = computeCostOf(records, options.convention);
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
      ...frontier.diagnostics,
      ...(shift && { ...shiftDiagnostics([shift]), smallestBudget: quarter }),
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapOver: resampler?.over ?? "none",
    },
    warnings: [
      ...(without > 0 ? [warn("skipped-curves", { without, runs: records.length })] : []),
      ...(edgeShare >= NOTED_EDGE_SHARE ? [warn("edge-minimum/envelope", { share: edgeShare })] : []),
      ...(sizes < 3 ? [warn("few-points/envelope", { sizes })] : []),
      ...warnComputeRange(used.map((winner) => grid.flops[winner.index]!)),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
      ...warnExponentSum(a, b, compute.exponent),
      ...frontier.warnings,
      ...(shift ? warnBudgetShift([shift]) : []),
      ...warnBootstrap(draws.failed, draws.attempted),
      ...warnNoIntervals(draws),
      ...warnCoverage("envelope", draws),
    ],
    envelope: winners.map((winner) => toPoint(records, grid, winner)),
    noise: laws.frontier.residuals,
    compute,
  };
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
  const flops = thinned.map((winner) => grid.flops[winner.index]!);
  const losses = thinned.map((winner) => winner.curve.loss[winner.index - winner.curve.first]!);
  const frontier = fitLossFrontier(flops, losses);
  if (!n || !d || !frontier) return undefined;
  const parameters = { kN: n.k, a: n.exponent, kD: d.k, b: d.exponent, ...frontier.parameters };
  return { parameters, frontier, flops, losses, objective: n.residuals.reduce((sum, r) => sum + r * r, 0) };
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
