import type { RunRecord } from "../record.js";
import { PROFILE_REASONS, type ProfileReason } from "../statements/words.js";
import { akimaMinima, type CurveMinimum, type ProfileCurve, parabolaMinimum } from "./profileCurve.js";
import { designProfile, type ProfileDesign } from "./profileDesign.js";
import type { OptimumIntervals } from "./result.js";

/** "used": a minimum inside the grid. The others are reported, drawn, and never fitted. */
export type ProfileStatus = "used" | "edge" | "non-convex" | "too-few";

/** One isoFLOP profile: final loss against ln N at one budget, and the minimum of the curve through it. */
export interface IsoflopProfile {
  /** Nominal budget, FLOPs. */
  readonly budget: number;
  readonly status: ProfileStatus;
  /** Why the profile is not used; empty when it is. */
  readonly reason: string;
  /** The reason by its name; absent where the profile is used. */
  readonly cause?: ProfileReason;
  readonly points: readonly {
    readonly id: string;
    readonly parameters: number;
    readonly tokens: number;
    readonly flops: number;
    readonly loss: number;
  }[];
  /** Of the parabola: loss = c0 + c1 ln N + c2 (ln N)^2; absent where there are fewer than three sizes. */
  readonly coefficients?: readonly [c0: number, c1: number, c2: number];
  /** Of a convex parabola wherever it lies, or of a spline. */
  readonly vertex?: ProfileVertex;
  /** Sum of squared residuals from the parabola (nats^2) and its degrees of freedom; zero for a spline. */
  readonly residualSum: number;
  readonly degreesOfFreedom: number;
}

/** C, N, D and loss at the minimum of a curve. */
export interface ProfileMinimum {
  readonly flops: number;
  readonly parameters: number;
  readonly tokens: number;
  readonly loss: number;
}

/** The compute-optimal model of one budget, as its profile shows it. */
export interface ProfileVertex extends ProfileMinimum {
  /** Standard error of ln N at the vertex for a loss noise of one nat: multiply by the noise. */
  readonly logParametersPerNoise: number;
  /** Standard error of ln N at the vertex; absent where no noise can be shown. */
  readonly standardError?: number;
  /**
   * What the regression of a fit over seed noise weighs it by: the standard error, but at least a third of the sizes'
   * spacing in ln N, and more where draws were lost at an edge (Porian et al. 2024).
   */
  readonly regressionError?: number;
  /** 95 % intervals of this budget's N_opt, D_opt and least loss, from the draws of a fit. */
  readonly intervals95?: OptimumIntervals;
}

/** How one profile is fitted. */
export interface ProfileOptions {
  /** Default "parabola". */
  readonly curve?: ProfileCurve;
}

/** A profile ready to be fitted, once or many times over. */
export interface PreparedProfile {
  readonly budget: number;
  readonly curve: ProfileCurve;
  readonly members: readonly RunRecord[];
  /** Absent with fewer than three sizes. */
  readonly design?: ProfileDesign;
  /**
   * The minimum of the curve through these losses; undefined where it has none.
   * @param weights how often each run counts (a resample)
   */
  minimum(losses: ArrayLike<number>, weights?: ArrayLike<number>): CurveMinimum | undefined;
}

export function prepareProfile(
  budget: number,
  members: readonly RunRecord[],
  curve: ProfileCurve = "parabola",
): PreparedProfile {
  const design = designProfile(members);
  if (!design) return { budget, curve, members, minimum: () => undefined };
  const akima = curve === "akima" ? akimaMinima(design.logN) : undefined;
  return {
    budget,
    curve,
    members,
    design,
    minimum: (losses, weights) => {
      if (akima) return akima(losses, weights);
      const coefficients = design.coefficients(losses, weights);
      return coefficients && parabolaMinimum(design, coefficients);
    },
  };
}

/** C, N, D and loss at a size. */
export function minimumAt(design: ProfileDesign, logN: number, loss: number): ProfileMinimum {
  return { ...design.at(logN), parameters: Math.exp(logN), loss };
}

/** The same of a curve's minimum, with what the geometry of its profile says of its error. */
export function vertexAt(design: ProfileDesign, minimum: CurveMinimum): ProfileVertex {
  return { ...minimumAt(design, minimum.logN, minimum.loss), logParametersPerNoise: minimum.perNoise() };
}

/** Whether a minimum lies strictly between the smallest and the largest size. */
export function isInside(design: ProfileDesign, minimum: CurveMinimum): boolean {
  return !minimum.edge && minimum.logN > design.low && minimum.logN < design.high && minimum.loss > 0;
}

/**
 * Fits the curve of one profile. A minimum is used only if the curve opens upwards, its minimum lies strictly between
 * the smallest and the largest size, and, of a parabola, the least mean loss is not that of the smallest or largest size:
 * runs on both sides must show the rise.
 */
export function fitProfile(
  budget: number,
  records: readonly RunRecord[],
  options: ProfileOptions = {},
): IsoflopProfile {
  return profileOf(prepareProfile(budget, records, options.curve));
}

/** As fitProfile, of a prepared profile. */
export function profileOf(prepared: PreparedProfile): IsoflopProfile {
  const { budget, curve, members, design } = prepared;
  const points = members.map(({ id, parameters, tokens, flops, loss }) => ({ id, parameters, tokens, flops, loss }));
  const none = { budget, points, residualSum: 0, degreesOfFreedom: 0 };
  const losses = members.map((r) => r.loss);
  const coefficients = design?.coefficients(losses);
  if (!design || !coefficients) {
    return { ...none, status: "too-few", ...because("too-few") };
  }
  const common = curve === "akima" ? none : { ...none, ...parabolaOf(design, coefficients, losses) };
  const minimum = prepared.minimum(losses);
  if (!minimum) {
    return { ...common, status: "non-convex", ...because("non-convex") };
  }
  const vertex = vertexAt(design, minimum);
  const edge = (cause: ProfileReason): IsoflopProfile => ({ ...common, vertex, status: "edge", ...because(cause) });
  if (minimum.logN <= design.low) return edge("below-sizes");
  if (minimum.logN >= design.high) return edge("above-sizes");
  if (!(vertex.loss > 0)) return edge("no-loss");
  // A spline goes through every size, and has no minimum inside unless it dips below them all (Porian et al. 2024).
  if (curve === "akima") return { ...common, vertex, status: "used", reason: "" };
  const best = sizeOfLeastLoss(design.logN, losses);
  if (best === design.low) return edge("smallest-best");
  if (best === design.high) return edge("largest-best");
  return { ...common, vertex, status: "used", reason: "" };
}

/** Why a profile is not used, for programs and for readers. */
export const because = (cause: ProfileReason) => ({ cause, reason: PROFILE_REASONS[cause] });

function parabolaOf(design: ProfileDesign, coefficients: readonly number[], losses: readonly number[]) {
  const { centre, scale, degreesOfFreedom } = design;
  const [t0, t1, t2] = coefficients as [number, number, number];
  const c2 = t2 / scale ** 2;
  const c1 = t1 / scale - 2 * c2 * centre;
  const c0 = t0 - (t1 * centre) / scale + c2 * centre ** 2;
  return {
    coefficients: [c0, c1, c2] as const,
    residualSum: losses.reduce((sum, loss, i) => sum + (loss - design.fitted(coefficients, i)) ** 2, 0),
    degreesOfFreedom,
  };
}

function sizeOfLeastLoss(logN: ArrayLike<number>, losses: readonly number[]): number {
  const bySize = new Map<number, number[]>();
  losses.forEach((loss, i) => {
    const same = bySize.get(logN[i]!);
    if (same) same.push(loss);
    else bySize.set(logN[i]!, [loss]);
  });
  const means = [...bySize].map(([size, losses]) => [size, losses.reduce((s, v) => s + v, 0) / losses.length] as const);
  return means.reduce((least, entry) => (entry[1] < least[1] ? entry : least))[0];
}
