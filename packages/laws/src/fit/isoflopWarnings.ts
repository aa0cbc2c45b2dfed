import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import { warn } from "../statements/fit.js";
import type { BudgetGrouping } from "./budgets.js";
import type { FrontierConditions } from "./frontierConditions.js";
import type { IsoflopOptions } from "./isoflop.js";
import type { IsoflopMinima } from "./isoflopMinima.js";
import type { IsoflopProfile } from "./profile.js";
import type { ProfileCurve } from "./profileCurve.js";
import { EVEN_COMPUTE, type ProfileDesign } from "./profileDesign.js";
import { lopsidedness, offCentre } from "./profileShape.js";
import type { FitWarning } from "./result.js";
import { type BudgetShift, warnBudgetShift } from "./shifts.js";
import {
  warnBootstrap,
  warnComputeRange,
  warnConvention,
  warnCopies,
  warnCoverage,
  warnExponentSum,
} from "./warnings.js";

/** A minimum farther off the middle than this share of half its sizes' range is warned of; why: offCentre. */
const FAR_OFF = 0.5;
/** A shift of a minimum by the cubic term is warned of from 2 % of N on, where the term is beyond four standard errors. */
const LEAST_SHIFT = 0.02;
const SIGNIFICANT = 4;
/** Between the spans 16, whose intervals held, and 100, whose did not (docs/coverage.md). */
const WIDE = 50;
/** C that changes less over the sizes of a budget moves a minimum by less than a tenth of N, for exponents as Hoffmann's. */
const LEAST_DRIFT = 1.1;

export interface IsoflopFindings {
  readonly records: readonly RunRecord[];
  readonly options: IsoflopOptions;
  readonly curve: ProfileCurve;
  readonly grouping: BudgetGrouping;
  readonly profiles: readonly IsoflopProfile[];
  readonly minima: IsoflopMinima;
  readonly compute: ComputeCost;
  /** Whether several records come from one training run. */
  readonly sharedRuns: boolean;
  readonly over: "rows" | "runs" | "noise" | "none";
  readonly sensitivity: (BudgetShift & { readonly budget: number }) | undefined;
  readonly frontier: FrontierConditions;
}

/** All that the reader of Approach 2 must know. */
export function isoflopWarnings(findings: IsoflopFindings): FitWarning[] {
  const { records, options, curve, grouping, profiles, minima, compute, sharedRuns, over, sensitivity } = findings;
  const { laws, draws, used } = minima;
  const { a, b } = laws.parameters;
  return [
    ...profileWarnings(profiles),
    ...unevenBudgets(grouping, minima),
    ...driftingBudgets(minima),
    ...shapeWarnings(minima),
    ...minimaWarnings(used.length, laws.frontier.form),
    ...(minima.drawable || options.resamples === 0 ? [] : [noIntervals(curve, over)]),
    ...(sharedRuns ? [warn("dependent-rows/profiles", { over })] : []),
    ...warnComputeRange(used.map(({ profile }) => profile.vertex!.flops)),
    ...warnConvention(records, options.convention),
    ...warnCopies(records),
    ...warnExponentSum(a, b, compute.exponent),
    ...(sensitivity ? warnBudgetShift([sensitivity]) : []),
    ...findings.frontier.warnings,
    ...warnBootstrap(draws.failed, draws.attempted),
    ...(curve === "parabola" && used.some(({ profile }) => spanOf(profile) > WIDE) ? warnCoverage("wide", draws) : []),
  ];
}

/** Largest over smallest size of a profile. */
function spanOf({ points }: IsoflopProfile): number {
  const sizes = points.map(({ parameters }) => parameters);
  return Math.max(...sizes) / Math.min(...sizes);
}

function noIntervals(curve: ProfileCurve, over: IsoflopFindings["over"]): FitWarning {
  if (curve === "akima" && over === "none") {
    return warn("no-intervals/spline");
  }
  return warn("no-intervals/parabola");
}

function minimaWarnings(count: number, form: "irreducible" | "power-law"): FitWarning[] {
  if (form === "power-law") {
    return [warn("few-minima/two")];
  }
  return count > 3 ? [] : [warn("few-minima/three")];
}

function profileWarnings(profiles: readonly IsoflopProfile[]): FitWarning[] {
  const names = { edge: "edge-minimum", "non-convex": "non-convex", "too-few": "few-points/budget" } as const;
  const few = profiles.filter((profile) => profile.status === "too-few");
  // Stray runs between the budgets are one fact, not twenty.
  const apart = few.length > 3 ? profiles.filter((profile) => profile.status !== "too-few") : profiles;
  return [
    ...apart.flatMap((profile) =>
      profile.status === "used" || profile.cause === undefined
        ? []
        : [warn(names[profile.status], { budget: profile.budget, reason: profile.cause })],
    ),
    ...(few.length > 3
      ? [
          warn("few-points/budgets", {
            few: few.length,
            budgets: profiles.length,
            runs: few.reduce((sum, p) => sum + p.points.length, 0),
            first: few[0]!.budget,
          }),
        ]
      : []),
  ];
}

function unevenBudgets(grouping: BudgetGrouping, { used }: IsoflopMinima): FitWarning[] {
  const uneven = used.filter(({ prepared: { curve, design } }) =>
    curve === "akima" ? design.computeSpan > EVEN_COMPUTE && !drifts(design) : design.computeTerm,
  );
  if (grouping.cut === 0 && uneven.length === 0) return [];
  return [
    warn("uneven-budgets", {
      cut: grouping.cut,
      budgets: grouping.groups.length,
      uneven: uneven.length,
      minima: used.length,
      spread: Math.max(1, ...uneven.map(({ prepared }) => prepared.design.computeSpan)) - 1,
      curve: uneven[0]?.prepared.curve ?? "parabola",
    }),
  ];
}

/** C at the largest size of a budget over that at the smallest, as a smooth of the runs has it. */
const driftOf = (design: ProfileDesign): number => design.at(design.high).flops / design.at(design.low).flops;
const drifts = (design: ProfileDesign): boolean =>
  !design.computeTerm && Math.abs(Math.log(driftOf(design))) > Math.log(LEAST_DRIFT);

/**
 * C that follows N within a budget, as where it is counted otherwise than the budget was spent: no term in ln C can be told from the
 * size, and the minimum stays that along the budget. Along one C a size whose C is less is trained on more tokens.
 */
function driftingBudgets({ used }: IsoflopMinima): FitWarning[] {
  const found = used.map(({ prepared }) => prepared.design).filter(drifts);
  const [first, ...others] = found.map(driftOf);
  if (first === undefined) return [];
  const ratio = others.reduce((a, b) => (Math.abs(Math.log(b)) > Math.abs(Math.log(a)) ? b : a), first);
  return [warn("uneven-budgets/drift", { drifting: found.length, minima: used.length, ratio })];
}

function shapeWarnings({ used }: IsoflopMinima): FitWarning[] {
  const warnings: FitWarning[] = [];
  const far = used
    .map(({ prepared, profile }) => ({ budget: profile.budget, offset: offCentre(prepared, profile.vertex!) }))
    .filter(({ offset }) => offset > FAR_OFF);
  if (far.length > 0) {
    const worst = far.reduce((most, each) => (each.offset > most.offset ? each : most));
    warnings.push(
      warn("off-centre", {
        far: far.length,
        minima: used.length,
        budget: worst.budget,
        offset: worst.offset,
      }),
    );
  }
  const shape = lopsidedness(used.map(({ prepared, profile }) => ({ prepared, vertex: profile.vertex! })));
  const shifts = shape?.logShifts ?? [];
  const shift = shifts.reduce((most, each) => (Math.abs(each) > Math.abs(most) ? each : most), 0);
  if (shape && Math.abs(shift) > LEAST_SHIFT && Math.abs(shape.asymmetry) > SIGNIFICANT * shape.standardError) {
    const widest = Math.max(...used.map(({ prepared }) => Math.exp(prepared.design.high - prepared.design.low)));
    warnings.push(warn("wide-profile", { span: widest, shift: Math.expm1(-shift) }));
  }
  return warnings;
}
