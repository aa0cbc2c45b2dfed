import { rampStep } from "@isoflop/figures/scales";
import type { CurveUpdate } from "isoflop/api";
import type { Curve } from "../../state/liveStore.js";
import { createSmoother, type DrawnRun, type Plane, type Smoother, xOf, yOf } from "./curvePlane.js";

/** Draws curves onto a canvas, and later only what is new of them: thousands stay smooth. */
export interface CurveLayer {
  readonly draw: (runs: readonly DrawnRun[], plane: Plane) => void;
  /** Goes on with one curve from where it was drawn to; false where it must be drawn anew. */
  readonly extend: (update: CurveUpdate) => boolean;
}

/** Where the pen was lifted from a curve. */
interface Pen {
  readonly run: DrawnRun["run"];
  readonly smoother: Smoother;
  x: number | undefined;
  y: number | undefined;
}

export function createCurveLayer(canvas: HTMLCanvasElement, colors: (step: number) => string): CurveLayer {
  const pens = new Map<string, Pen>();
  let shown: Plane | undefined;
  let colorOf: (parameters: number) => string = () => "";
  const context = canvas.getContext("2d");

  const go = (pen: Pen, points: Curve, plane: Plane): void => {
    if (context === null) return;
    context.beginPath();
    if (pen.x !== undefined && pen.y !== undefined) context.moveTo(pen.x, pen.y);
    for (let i = 0; i < points.length; i += 2) {
      const [step = 1, loss = 1] = [points[i], points[i + 1]];
      const [x, y] = [xOf(plane, step * pen.run.stepFlops), yOf(plane, pen.smoother.add(step, loss))];
      if (pen.x === undefined || pen.y === undefined) context.moveTo(x, y);
      else {
        // What lies within half a pixel cannot be seen.
        if (i < points.length - 2 && Math.abs(x - pen.x) < 0.5 && Math.abs(y - pen.y) < 0.5) continue;
        context.lineTo(x, y);
      }
      [pen.x, pen.y] = [x, y];
    }
    context.strokeStyle = colorOf(pen.run.parameters);
    context.stroke();
  };

  return {
    draw: (runs, plane) => {
      const density = sizeCanvas(canvas, plane);
      if (context === null) return;
      context.setTransform(density, 0, 0, density, 0, 0);
      context.clearRect(0, 0, plane.width, plane.height);
      context.lineWidth = runs.length > 300 ? 0.8 : 1.4;
      context.globalAlpha = runs.length > 300 ? 0.7 : 0.9;
      context.lineJoin = "round";
      colorOf = colorBySize(runs, colors);
      shown = plane;
      pens.clear();
      for (const { run, curve } of runs) {
        const pen: Pen = { run, smoother: createSmoother(), x: undefined, y: undefined };
        pens.set(run.id, pen);
        go(pen, curve, plane);
      }
    },
    extend: ({ id, whole, points }) => {
      const pen = pens.get(id);
      if (whole || pen === undefined || shown === undefined) return false;
      go(pen, points, shown);
      return true;
    },
  };
}

/** Gives a canvas as many pixels as its screen has for it. */
export function sizeCanvas(canvas: HTMLCanvasElement, { width, height }: Plane): number {
  const density = Math.min(3, devicePixelRatio || 1);
  const [wide, high] = [Math.round(width * density), Math.round(height * density)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== high) canvas.height = high;
  return density;
}

/** The figures' sequence over the logarithm of N. */
export function colorBySize(
  runs: readonly DrawnRun[],
  colors: (step: number) => string,
): (parameters: number) => string {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const { run } of runs) {
    low = Math.min(low, run.parameters);
    high = Math.max(high, run.parameters);
  }
  return (parameters) => colors(rampStep(high > low ? Math.log(parameters / low) / Math.log(high / low) : 0.5));
}
