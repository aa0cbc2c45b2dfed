import type { IsoflopError } from "../error.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import { refuse } from "../statements/fit.js";
import { type BootstrapOptions, type SeedNoise, summariseDraws } from "../uncertainty/bootstrap.js";
import { estimateSeedNoise, seedNoiseOf } from "../uncertainty/seedNoise.js";
import { DEFAULT_CLUSTER_TOLERANCE, groupByBudget } from "./budgets.js";
import { frontierConditions } from "./frontierConditions.js";
import { type IsoflopMinima, noisyMinima, resampledMinima, type UsedProfile } from "./isoflopMinima.js";
import { withoutSmallestMinimum } from "./isoflopSensitivity.js";
import { isoflopWarnings } from "./isoflopWarnings.js";
import { because, type IsoflopProfile, prepareProfile, profileOf } from "./profile.js";
import type { ProfileCurve } from "./profileCurve.js";
import type { ProfileResampling } from "./profileResampling.js";
import { checkRecords, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult } from "./result.js";
import { shiftDiagnostics } from "./shifts.js";

export interface IsoflopOptions extends FitOptions, BootstrapOptions {
  /** Curve through the losses of a budget; default "parabola". */
  readonly curve?: ProfileCurve;
  /**
   * Largest gap of C between neighbours in one cluster, as a share; used only where runs name no budget. Default 0.1.
   */
  readonly clusterTolerance?: number;
  /** Weigh minima by the inverse variance of ln N at the vertex (default), or all alike. */
  readonly weights?: "vertex" | "equal";
  /** How the bootstrap draws over rows or runs; default "residual" for parabolas, always "case" for splines. */
  readonly resampling?: ProfileResampling;
}

/** Parameters of a pair of power laws with the loss along them. */
export type FrontierParameterName = "kN" | "a" | "kD" | "b" | "E" | "k" | "gamma";

/** Approach 2's result: N_opt = kN C^a, D_opt = kD C^b, L_opt(C) = E + k C^-gamma. */
export interface IsoflopFit extends FitResult {
  readonly approach: "2";
  readonly law: "isoflop-power-law";
  readonly parameters: Readonly<Record<FrontierParameterName, number>>;
  readonly exponents: { readonly a: number; readonly b: number };
  /** Every profile, used or not, ascending in budget. */
  readonly profiles: readonly IsoflopProfile[];
  /** ln(vertex) - ln(fit) at the used minima, ascending in budget. */
  readonly residuals: readonly {
    readonly budget: number;
    readonly logParameters: number;
    readonly logTokens: number;
    readonly logLoss: number;
  }[];
  /**
   * Run-to-run noise of ln loss: residuals from the used parabolas, each over sqrt(1 - leverage), centred; over seed
   * noise, draws of it.
   */
  readonly noise: readonly number[];
  readonly compute: ComputeCost;
}

/**
 * Approach 2 of Hoffmann et al. 2022: a parabola in ln N through the final losses of each budget, and power laws
 * through the minima. Minima on or beyond the grid's edge and parabolas without a minimum are reported and left out. At
 * least two minima must remain. The bootstrap redraws the losses around the parabolas: over the handful of runs of one
 * budget, drawing runs instead (option "case") understates the loss's uncertainty, the more the fewer they are.
 *
 * With `{ curve: "akima", over: "noise", noise }` it is the procedure of Porian et al. 2024: Akima splines, minima as
 * medians under seed noise, and power laws weighted by what that noise does to each minimum.
 * @throws IsoflopError "too-few-minima", "too-few-records", "bad-record", "some-budgets", "bad-noise", "no-replicates"
 */
export function fitIsoflop(records: readonly RunRecord[], options: IsoflopOptions = {}): IsoflopFit {
  checkRecords(records, 6, "Approach 2");
  const grouping = groupByBudget(records, options.clusterTolerance ?? DEFAULT_CLUSTER_TOLERANCE);
  const curve = options.curve ?? "parabola";
  const prepared = grouping.groups.map((group) =>
    prepareProfile(
      group.budget,
      group.members.map((i) => records[i]!),
      curve,
    ),
  );
  const first = prepared.map(profileOf);
  const candidates = prepared.flatMap((each, i): UsedProfile[] => {
    const { design } = each;
    return design && first[i]!.status === "used" ? [{ prepared: { ...each, design }, profile: first[i]! }] : [];
  });
  const runs = records.flatMap(({ run }) => (run === undefined ? [] : [run]));
  const sharedRuns = new Set(runs).size < runs.length;
  const drawing = drawingOf(records, curve, sharedRuns, options);
  const { lost, minima } = minimaOf(candidates, drawing, options);
  const profiles = first.map((profile) => {
    const same = (each: UsedProfile) => each.profile.budget === profile.budget;
    return minima?.used.find(same)?.profile ?? (lost.some(same) ? lostToNoise(profile) : profile);
  });
  if (!minima) throw tooFewMinima(profiles);

  const { laws, draws } = minima;
  const compute = computeCostOf(records, options.convention);
  const { a, b } = laws.parameters;
  const summary = summariseDraws(draws);
  const vertices = minima.used.map(({ profile }) => profile.vertex!);
  const frontier = frontierConditions(
    vertices.map((v) => v.flops),
    vertices.map((v) => v.loss),
    laws.frontier,
  );
  const sensitivity = withoutSmallestMinimum(minima, summary.standardErrors.a);
  return {
    approach: "2",
    law: "isoflop-power-law",
    parameters: laws.parameters,
    ...summary,
    exponents: { a, b },
    objective: laws.objective,
    diagnostics: {
      ...recordDiagnostics(records, options.convention),
      budgets: profiles.length,
      usedBudgets: minima.used.length,
      grouping: grouping.kind,
      clusterTolerance: grouping.tolerance,
      curve,
      weights: options.weights ?? "vertex",
      lossForm: laws.frontier.form,
      ...frontier.diagnostics,
      ...(sensitivity && { ...shiftDiagnostics([sensitivity]), smallestBudget: sensitivity.budget }),
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapOver: drawing.over,
      bootstrapResampling: drawing.over === "noise" ? "seed-noise" : drawing.resampling,
      noiseDegreesOfFreedom: minima.noiseDegreesOfFreedom,
    },
    warnings: isoflopWarnings({
      records,
      options,
      curve,
      grouping,
      profiles,
      minima,
      compute,
      sharedRuns,
      over: drawing.over,
      sensitivity,
      frontier,
    }),
    profiles,
    residuals: minima.used.map(({ profile }, i) => ({
      budget: profile.budget,
      logParameters: laws.residualsN[i]!,
      logTokens: laws.residualsD[i]!,
      logLoss: laws.frontier.residuals[i]!,
    })),
    noise: minima.errors,
    compute,
  };
}

interface Drawing {
  readonly over: "rows" | "runs" | "noise" | "none";
  readonly resampling: ProfileResampling;
  readonly noise?: SeedNoise;
}

/** What the bootstrap draws: as asked for, or what the curve and the records allow. */
function drawingOf(
  records: readonly RunRecord[],
  curve: ProfileCurve,
  sharedRuns: boolean,
  options: IsoflopOptions,
): Drawing {
  const resampling = curve === "akima" ? "case" : (options.resampling ?? "residual");
  if (options.over === "noise" || (options.over === undefined && options.noise !== undefined)) {
    return { over: "noise", resampling, noise: seedNoiseOf(records, options.noise) };
  }
  if (options.over !== undefined) return { over: options.over, resampling };
  if (curve === "parabola") return { over: sharedRuns ? "runs" : "rows", resampling };
  // A spline leaves no residuals: its noise is that from seed to seed, or unknown.
  const noise = estimateSeedNoise(records);
  return noise ? { over: "noise", resampling, noise } : { over: "none", resampling };
}

function minimaOf(
  candidates: readonly UsedProfile[],
  { over, resampling, noise }: Drawing,
  options: IsoflopOptions,
): { readonly lost: readonly UsedProfile[]; readonly minima?: IsoflopMinima } {
  const byVertex = (options.weights ?? "vertex") === "vertex";
  if (candidates.length < 2) return { lost: [] };
  if (over === "noise" && options.resamples !== 0) return noisyMinima(candidates, noise!, byVertex, options);
  const how = { over: over === "noise" ? "none" : over, resampling, byVertex, ...(noise && { noise }) } as const;
  return { lost: [], minima: resampledMinima(candidates, how, options) };
}

function lostToNoise(profile: IsoflopProfile): IsoflopProfile {
  return { ...profile, status: "edge", ...because("lost-to-noise") };
}

function tooFewMinima(profiles: readonly IsoflopProfile[]): IsoflopError {
  const used = profiles.filter((p) => p.status === "used").length;
  const outcomes = [...new Set(profiles.map((p) => p.cause))].map((cause) => ({
    ...(cause && { reason: cause }),
    budgets: profiles.filter((p) => p.cause === cause).map((p) => p.budget),
  }));
  return refuse("too-few-minima", { used, outcomes });
}
