import { IsoflopError } from "../error.js";
import type { ComputeCost } from "../laws/computeCost.js";
import type { Random } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { type BootstrapOptions, bootstrap, resampleCounts, summariseDraws } from "../uncertainty/bootstrap.js";
import { type BudgetGroup, DEFAULT_CLUSTER_TOLERANCE, groupByBudget } from "./budgets.js";
import { fitLossFrontier, type LossFrontierFit } from "./lossFrontierFit.js";
import { fitPowerLaw } from "./powerLawFit.js";
import { fitProfile, type IsoflopProfile } from "./profile.js";
import { checkRecords, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult, FitWarning } from "./result.js";
import { warn, warnBootstrap, warnComputeRange, warnConvention, warnExponentSum } from "./warnings.js";

export interface IsoflopOptions extends FitOptions, BootstrapOptions {
  /**
   * Largest gap of C between neighbours in one cluster, as a share; used only where runs name no budget. Default 0.1.
   */
  readonly clusterTolerance?: number;
  /** Weigh minima by the inverse variance of ln N at the vertex (default), or all alike. */
  readonly weights?: "vertex" | "equal";
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
  /** Run-to-run noise: ln-loss residuals from the used parabolas, inflated for the fitted coefficients. */
  readonly noise: readonly number[];
  readonly compute: ComputeCost;
}

const DRAW_NAMES = ["kN", "a", "kD", "b", "E", "k", "gamma"] as const;

type Vertex = NonNullable<IsoflopProfile["vertex"]>;

/**
 * Approach 2 of Hoffmann et al. 2022: a parabola in ln N through the final losses of each budget, and power laws
 * through the minima. Minima on or beyond the grid's edge and parabolas without a minimum are reported and left out. At
 * least two minima must remain. The bootstrap draws runs within each budget.
 * @throws IsoflopError "too-few-minima", "too-few-records", "bad-record", "some-budgets"
 */
export function fitIsoflop(records: readonly RunRecord[], options: IsoflopOptions = {}): IsoflopFit {
  checkRecords(records, 6, "Approach 2");
  const grouping = groupByBudget(records, options.clusterTolerance ?? DEFAULT_CLUSTER_TOLERANCE);
  const membersOf = (group: BudgetGroup) => group.members.map((i) => records[i]!);
  const profiles = grouping.groups.map((group) => fitProfile(group.budget, membersOf(group)));
  const used = profiles.filter((profile) => profile.status === "used");
  if (used.length < 2) {
    const why = profiles.map((p) => `${p.budget.toPrecision(3)}: ${p.reason || "used"}`).join("; ");
    throw new IsoflopError({
      code: "too-few-minima",
      message: `Approach 2 needs two isoFLOP minima; there ${used.length === 1 ? "is 1" : "are none"} (${why}).`,
      hint: "Widen the range of sizes at each budget so that the loss rises on both sides, or use approach 3.",
    });
  }
  const vertices = used.map((profile) => profile.vertex!);
  const byVertex = (options.weights ?? "vertex") === "vertex";
  const laws = fitLaws(vertices, byVertex)!;

  const usedGroups = grouping.groups.filter((_, i) => profiles[i]!.status === "used").map((group) => membersOf(group));
  const draws = bootstrap(DRAW_NAMES, options, (random) => {
    const drawn = usedGroups.flatMap((members, i) => resampleProfile(used[i]!.budget, members, random));
    const refit = fitLaws(drawn, byVertex);
    return refit && DRAW_NAMES.map((name) => refit.parameters[name]);
  });

  const compute = computeCostOf(records, options.convention);
  const { a, b } = laws.parameters;
  return {
    approach: "2",
    law: "isoflop-power-law",
    parameters: laws.parameters,
    ...summariseDraws(draws),
    exponents: { a, b },
    objective: laws.objective,
    diagnostics: {
      ...recordDiagnostics(records, options.convention),
      budgets: profiles.length,
      usedBudgets: used.length,
      grouping: grouping.kind,
      clusterTolerance: grouping.tolerance,
      weights: byVertex ? "vertex" : "equal",
      lossForm: laws.frontier.form,
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
    },
    warnings: [
      ...profileWarnings(profiles),
      ...(used.length < 3
        ? [warn("few-minima", "Two minima fix the exponents exactly: nothing is left to check them by.")]
        : []),
      ...warnComputeRange(vertices.map((v) => v.flops)),
      ...warnConvention(records, options.convention),
      ...warnExponentSum(a, b, compute.exponent),
      ...(laws.frontier.atBound
        ? [
            warn(
              "parameter-at-bound",
              "The minima show no irreducible loss: L_opt(C) is a pure power law, E = 0 or gamma at its bound.",
            ),
          ]
        : []),
      ...warnBootstrap(draws.failed, draws.attempted),
    ],
    profiles,
    residuals: used.map((profile, i) => ({
      budget: profile.budget,
      logParameters: laws.residualsN[i]!,
      logTokens: laws.residualsD[i]!,
      logLoss: laws.frontier.residuals[i]!,
    })),
    noise: used.flatMap(parabolaNoise),
    compute,
  };
}

function fitLaws(vertices: readonly Vertex[], byVertex: boolean) {
  const logC = vertices.map((v) => Math.log(v.flops));
  // The noise of one run is taken to be the same at every budget, so that only its factor, the geometry of the profile,
  // weighs.
  const weights = byVertex ? vertices.map((v) => v.logParametersPerNoise ** -2) : undefined;
  const usable = weights?.every(Number.isFinite) ? weights : undefined;
  const n = fitPowerLaw(
    logC,
    vertices.map((v) => Math.log(v.parameters)),
    usable,
  );
  const d = fitPowerLaw(
    logC,
    vertices.map((v) => Math.log(v.tokens)),
    usable,
  );
  const frontier: LossFrontierFit | undefined = fitLossFrontier(
    vertices.map((v) => v.flops),
    vertices.map((v) => v.loss),
  );
  if (!n || !d || !frontier) return undefined;
  const objective = n.residuals.reduce((sum, r) => sum + r * r, 0);
  const parameters = { kN: n.k, a: n.exponent, kD: d.k, b: d.exponent, ...frontier.parameters };
  return { parameters, frontier, residualsN: n.residuals, residualsD: d.residuals, objective };
}

/** Resamples that repeat too few sizes to bend a parabola are drawn again, at most so often. */
const REDRAWS = 20;

/** A resample's vertex, or none where it fell off the grid: that budget then sits out this draw. */
function resampleProfile(budget: number, members: readonly RunRecord[], random: Random): Vertex[] {
  const distinct = new Set(members.map((r) => r.parameters)).size;
  const needed = Math.min(4, distinct);
  const stratum = [members.map((_, i) => i)];
  const counts = new Float64Array(members.length);
  for (let attempt = 0; attempt < REDRAWS; attempt++) {
    resampleCounts(stratum, random, counts);
    const sizes = new Set(members.filter((_, i) => counts[i]! > 0).map((r) => r.parameters)).size;
    if (sizes < needed) continue;
    const profile = fitProfile(budget, members, counts);
    return profile.status === "used" ? [profile.vertex!] : [];
  }
  return [];
}

function parabolaNoise(profile: IsoflopProfile): number[] {
  const { coefficients, degreesOfFreedom, points } = profile;
  if (!coefficients || degreesOfFreedom < 1) return [];
  const inflation = Math.sqrt(points.length / degreesOfFreedom);
  return points.map((point) => {
    const x = Math.log(point.parameters);
    const fitted = coefficients[0] + x * (coefficients[1] + x * coefficients[2]);
    return inflation * Math.log(point.loss / fitted);
  });
}

function profileWarnings(profiles: readonly IsoflopProfile[]): FitWarning[] {
  const codes = { edge: "edge-minimum", "non-convex": "non-convex", "too-few": "few-points" } as const;
  return profiles.flatMap((profile) =>
    profile.status === "used"
      ? []
      : [warn(codes[profile.status], `Budget ${profile.budget.toPrecision(3)} is left out: ${profile.reason}.`)],
  );
}
