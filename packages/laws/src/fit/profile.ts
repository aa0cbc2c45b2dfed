import { evaluatePolynomial, fitPolynomial } from "../numerics/polynomial.js";
import type { RunRecord } from "../record.js";

/** "used": a minimum inside the grid. The others are reported, drawn, and never fitted. */
export type ProfileStatus = "used" | "edge" | "non-convex" | "too-few";

/** One isoFLOP profile: final loss against ln N at one budget, and its parabola. */
export interface IsoflopProfile {
  /** Nominal budget, FLOPs. */
  readonly budget: number;
  readonly status: ProfileStatus;
  /** Why the profile is not used; empty when it is. */
  readonly reason: string;
  readonly points: readonly {
    readonly id: string;
    readonly parameters: number;
    readonly tokens: number;
    readonly flops: number;
    readonly loss: number;
  }[];
  /** loss = c0 + c1 ln N + c2 (ln N)^2; absent where there are fewer than three sizes. */
  readonly coefficients?: readonly [c0: number, c1: number, c2: number];
  /** Of a convex parabola, wherever it lies. */
  readonly vertex?: {
    readonly flops: number;
    readonly parameters: number;
    readonly tokens: number;
    readonly loss: number;
    /** Standard error of ln N at the vertex for a loss noise of one nat: multiply by the noise. */
    readonly logParametersPerNoise: number;
  };
  /** Sum of squared residuals from the parabola (nats^2) and its degrees of freedom. */
  readonly residualSum: number;
  readonly degreesOfFreedom: number;
}

/**
 * Fits the parabola of one profile. A minimum is used only if the parabola opens upwards, its vertex lies strictly
 * between the smallest and the largest size, and the least mean loss is not that of the smallest or largest size: runs
 * on both sides must show the rise.
 * @param weights how often each run counts (a resample); then the grid's range and the edge rule are those of all runs,
 * and only the vertex is judged, since a resample often lacks the outer sizes
 */
export function fitProfile(budget: number, records: readonly RunRecord[], weights?: ArrayLike<number>): IsoflopProfile {
  const points = records.map((r) => ({
    id: r.id,
    parameters: r.parameters,
    tokens: r.tokens,
    flops: r.flops,
    loss: r.loss,
  }));
  const logN = records.map((r) => Math.log(r.parameters));
  const parabola = fitPolynomial(
    logN,
    records.map((r) => r.loss),
    2,
    weights,
  );
  const sizes = new Set(logN).size;
  if (!parabola || sizes < 3) {
    const reason = `${sizes} sizes; a parabola needs three`;
    return { budget, status: "too-few", reason, points, residualSum: 0, degreesOfFreedom: 0 };
  }
  const [t0, t1, t2] = parabola.regression.coefficients as [number, number, number];
  const { centre, scale } = parabola;
  const c2 = t2 / scale ** 2;
  const c1 = t1 / scale - 2 * c2 * centre;
  const c0 = t0 - (t1 * centre) / scale + c2 * centre ** 2;
  const common = {
    budget,
    points,
    coefficients: [c0, c1, c2] as const,
    residualSum: parabola.regression.residualSum,
    degreesOfFreedom: parabola.regression.degreesOfFreedom,
  };
  // Curvature that is rounding error beside the losses themselves is no curvature.
  if (!(t2 > 1e-12 * Math.abs(t0))) {
    return { ...common, status: "non-convex", reason: "the parabola does not open upwards: no minimum" };
  }

  const t = -t1 / (2 * t2);
  const logVertex = centre + t * scale;
  // Delta method: d t / d(t1) = -1/(2 t2), d t / d(t2) = t1/(2 t2^2).
  const covariance = parabola.regression.unscaledCovariance;
  const by1 = -1 / (2 * t2);
  const by2 = t1 / (2 * t2 ** 2);
  const variance = by1 ** 2 * covariance[1]![1]! + 2 * by1 * by2 * covariance[1]![2]! + by2 ** 2 * covariance[2]![2]!;
  // C and D at the vertex: exact for equal C = 6ND, and a smooth of rounded step counts or of other conventions
  // otherwise.
  const degree = Math.min(2, sizes - 1);
  const at = (values: number[]) => Math.exp(evaluatePolynomial(fitPolynomial(logN, values, degree)!, logVertex));
  const vertex = {
    flops: at(records.map((r) => Math.log(r.flops))),
    parameters: Math.exp(logVertex),
    tokens: at(records.map((r) => Math.log(r.tokens))),
    loss: evaluatePolynomial(parabola, logVertex),
    logParametersPerNoise: Math.sqrt(variance) * scale,
  };
  const low = Math.min(...logN);
  const high = Math.max(...logN);
  const edge = (reason: string): IsoflopProfile => ({ ...common, vertex, status: "edge", reason });
  if (logVertex <= low) return edge("the minimum lies at or below the smallest size");
  if (logVertex >= high) return edge("the minimum lies at or above the largest size");
  if (!(vertex.loss > 0)) return edge("the parabola's minimum is not a positive loss");
  if (!weights) {
    const best = sizeOfLeastLoss(logN, records);
    if (best === low) return edge("the smallest size has the least loss: no run below the minimum shows the rise");
    if (best === high) return edge("the largest size has the least loss: no run above the minimum shows the rise");
  }
  return { ...common, vertex, status: "used", reason: "" };
}

function sizeOfLeastLoss(logN: readonly number[], records: readonly RunRecord[]): number {
  const bySize = new Map<number, number[]>();
  logN.forEach((size, i) => {
    bySize.set(size, [...(bySize.get(size) ?? []), records[i]!.loss]);
  });
  const means = [...bySize].map(([size, losses]) => [size, losses.reduce((s, v) => s + v, 0) / losses.length] as const);
  return means.reduce((least, entry) => (entry[1] < least[1] ? entry : least))[0];
}
