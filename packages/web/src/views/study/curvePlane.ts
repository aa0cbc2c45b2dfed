import { logDomain } from "@isoflop/figures/scales";
import type { LiveRun } from "isoflop/api";
import type { Curve } from "../../state/liveStore.js";

/** Training FLOPs and losses that are shown, both on logarithmic axes. */
export interface Plane {
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** Of the drawing area, CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** One curve, ready to be drawn. */
export interface DrawnRun {
  readonly run: LiveRun;
  readonly curve: Curve;
}

/** What shows all curves, and where the runs will end: so the axis does not move while they train. */
export function planeOf(runs: readonly DrawnRun[], width: number, height: number): Plane | undefined {
  const flops: number[] = [];
  const losses: number[] = [];
  for (const { run, curve } of runs) {
    if (curve.length < 2) continue;
    flops.push((curve[0] ?? 0) * run.stepFlops, run.steps * run.stepFlops);
    let [low, high] = [Number.POSITIVE_INFINITY, 0];
    for (let i = 1; i < curve.length; i += 2) {
      low = Math.min(low, curve[i] ?? low);
      high = Math.max(high, curve[i] ?? high);
    }
    losses.push(low, high);
  }
  if (flops.length === 0) return undefined;
  return { x: logDomain(flops, 0.02), y: logDomain(losses, 0.04), width, height };
}

/** Whether new points lie where they can be seen without drawing everything anew. */
export function holds({ y }: Plane, points: Curve): boolean {
  for (let i = 1; i < points.length; i += 2) {
    const loss = points[i] ?? 0;
    if (loss < y[0] || loss > y[1]) return false;
  }
  return true;
}

export const xOf = ({ x, width }: Plane, flops: number): number =>
  (width * Math.log(flops / x[0])) / Math.log(x[1] / x[0]);
export const yOf = ({ y, height }: Plane, loss: number): number =>
  height - (height * Math.log(loss / y[0])) / Math.log(y[1] / y[0]);

/** Standard deviation, so to speak, of what a drawn loss is a mean over: in ln(step), behind it. */
const SMOOTHING = 0.12;

/** Smooths a curve as it comes: the mean of ln(loss) over the steps just before, weighted by their distance in ln(step). */
export interface Smoother {
  readonly add: (step: number, loss: number) => number;
}

export function createSmoother(): Smoother {
  let mean: number | undefined;
  let last = 0;
  return {
    add: (step, loss) => {
      const [at, value] = [Math.log(step), Math.log(loss)];
      mean = mean === undefined ? value : mean + (1 - Math.exp((last - at) / SMOOTHING)) * (value - mean);
      last = at;
      return Math.exp(mean);
    },
  };
}

/** The place of a curve at a compute, between two of its points by the logarithms. Undefined where it has none. */
export function lossAt({ run, curve }: DrawnRun, flops: number): number | undefined {
  const step = flops / run.stepFlops;
  const count = curve.length / 2;
  if (count === 0 || step < (curve[0] ?? 0) || step > (curve[curve.length - 2] ?? 0)) return undefined;
  let [low, high] = [0, count - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((curve[2 * middle] ?? 0) <= step) low = middle;
    else high = middle;
  }
  const [s0 = 1, l0 = 1, s1 = 1, l1 = 1] = [curve[2 * low], curve[2 * low + 1], curve[2 * high], curve[2 * high + 1]];
  if (s1 === s0) return l0;
  return l0 * (l1 / l0) ** (Math.log(step / s0) / Math.log(s1 / s0));
}

/** How far from the pointer a curve may be, pixels. */
const REACH = 28;

/** The curve nearest to a place in the drawing area: above or below it, or its end beside it. */
export function nearestRun(runs: readonly DrawnRun[], plane: Plane, px: number, py: number): DrawnRun | undefined {
  const flops = plane.x[0] * (plane.x[1] / plane.x[0]) ** (px / plane.width);
  let best: { readonly one: DrawnRun; readonly distance: number } | undefined;
  for (const one of runs) {
    const { curve, run } = one;
    if (curve.length < 2) continue;
    const loss = lossAt(one, flops);
    const end = [xOf(plane, (curve[curve.length - 2] ?? 1) * run.stepFlops), yOf(plane, curve[curve.length - 1] ?? 1)];
    const distance =
      loss === undefined ? Math.hypot((end[0] ?? 0) - px, (end[1] ?? 0) - py) : Math.abs(yOf(plane, loss) - py);
    if (distance <= REACH && (best === undefined || distance < best.distance)) best = { one, distance };
  }
  return best?.one;
}
