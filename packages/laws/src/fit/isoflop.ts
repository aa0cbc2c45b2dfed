import { IsoflopError } from "../error.js";
import type { ComputeCost } from "../laws/computeCost.js";
import type { RunRecord } from "../record.js";
import { type BootstrapOptions, bootstrap, summariseDraws } from "../uncertainty/bootstrap.js";
import { type BudgetGroup, DEFAULT_CLUSTER_TOLERANCE, groupByBudget } from "./budgets.js";
import { fitLossFrontier, type LossFrontierFit } from "./lossFrontierFit.js";
import { fitPowerLaw } from "./powerLawFit.js";
import { fitProfile, type IsoflopProfile } from "./profile.js";
import { type ProfileResampling, poolNoise, vertexDraws } from "./profileResampling.js";
import { checkRecords, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult, FitWarning } from "./result.js";
import { warn, warnBootstrap, warnComputeRange, warnConvention, warnCopies, warnExponentSum } from "./warnings.js";

export interface IsoflopOptions extends FitOptions, BootstrapOptions {
  /**
   * Largest gap of C between neighbours in one cluster, as a share; used only where runs name no budget. Default 0.1.
   */
  readonly clusterTolerance?: number;
  /** Weigh minima by the inverse variance of ln N at the vertex (default), or all alike. */
  readonly weights?: "vertex" | "equal";
  /** How the bootstrap draws; default "residual". */
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
  /** Run-to-run noise: ln-loss residuals from the used parabolas, each over sqrt(1 - leverage), centred. */
  readonly noise: readonly number[];
  readonly compute: ComputeCost;
}

const DRAW_NAMES = ["kN", "a", "kD", "b", "E", "k", "gamma"] as const;

type Vertex = NonNullable<IsoflopProfile["vertex"]>;

/**
 * Approach 2 of Hoffmann et al. 2022: a parabola in ln N through the final losses of each budget, and power laws
 * through the minima. Minima on or beyond the grid's edge and parabolas without a minimum are reported and left out. At
 * least two minima must remain. The bootstrap redraws the losses around the parabolas: over the handful of runs of one
 * budget, drawing runs instead (option "case") understates the loss's uncertainty, the more the fewer they are.
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

  const resampling = options.resampling ?? "residual";
  const noise = poolNoise(used);
  const members = grouping.groups.filter((_, i) => profiles[i]!.status === "used").map(membersOf);
  const draw = vertexDraws(
    used.map((profile, i) => ({ profile, members: members[i]! })),
    noise,
    resampling,
  );
  const draws = bootstrap(DRAW_NAMES, draw ? options : { ...options, resamples: 0 }, (random) => {
    const refit = fitLaws(draw!(random), byVertex);
    // With minima lost, the loss would be drawn from another law than the one it was fitted by.
    if (refit?.frontier.form !== laws.frontier.form) return undefined;
    return DRAW_NAMES.map((name) => refit.parameters[name]);
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
      bootstrapResampling: resampling,
      noiseDegreesOfFreedom: noise.degreesOfFreedom,
    },
    warnings: [
      ...profileWarnings(profiles),
      ...minimaWarnings(used.length, laws.frontier.form),
      ...(draw
        ? []
        : [
            warn(
              "few-points",
              "Every parabola passes through its runs exactly, which shows no noise: there are no intervals. Four sizes a budget give some.",
            ),
          ]),
      ...warnComputeRange(vertices.map((v) => v.flops)),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
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
    noise: noise.errors,
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

function minimaWarnings(count: number, form: LossFrontierFit["form"]): FitWarning[] {
  if (form === "power-law") {
    return [
      warn(
        "few-minima",
        "Two minima fix the exponents exactly, and show no irreducible loss: L_opt(C) is too low beyond them, and has no interval.",
      ),
    ];
  }
  if (count > 3) return [];
  return [
    warn("few-minima", "Three minima fix E, k and gamma of L_opt(C) exactly: nothing is left to check the loss by."),
  ];
}

function profileWarnings(profiles: readonly IsoflopProfile[]): FitWarning[] {
  const codes = { edge: "edge-minimum", "non-convex": "non-convex", "too-few": "few-points" } as const;
  return profiles.flatMap((profile) =>
    profile.status === "used"
      ? []
      : [warn(codes[profile.status], `Budget ${profile.budget.toPrecision(3)} is left out: ${profile.reason}.`)],
  );
}
