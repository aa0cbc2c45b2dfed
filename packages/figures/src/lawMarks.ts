import * as Plot from "@observablehq/plot";
import type { LogFrame } from "./clip.js";
import { ink } from "./palette.js";
import { logSpace } from "./ticks.js";

/** A law along one axis of log-log paper. */
export interface DrawnLaw {
  readonly value: (x: number) => number;
  /** The least and the largest x that it was fitted to: solid between them, dashed beyond. */
  readonly fitted: readonly [number, number];
  /** Pointwise 95 % band, x ascending. */
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
}

/** The law's line through the whole frame, its band beneath. */
export function lawMarks(law: DrawnLaw, { x, y }: LogFrame, color = ink, strokeWidth = 1.5): Plot.Markish[] {
  const [from, to] = law.fitted;
  const band = (law.band ?? []).filter((point) => point.x >= x[0] && point.x <= x[1]);
  const line = (low: number, high: number, dashes?: string): Plot.Markish =>
    Plot.line(high > low ? logSpace(low, high, 24).map((at) => [at, law.value(at)]) : [], {
      stroke: color,
      strokeWidth,
      ...(dashes === undefined ? {} : { strokeDasharray: dashes }),
    });
  return [
    Plot.areaY(
      band.map((point) => ({ ...point, low: Math.max(point.low, y[0]), high: Math.min(point.high, y[1]) })),
      { x: "x", y1: "low", y2: "high", fill: color, fillOpacity: 0.12 },
    ),
    line(x[0], from, "5 3"),
    line(from, to),
    line(to, x[1], "5 3"),
  ];
}

/** The band of a power law of compute, as `lawMarks` takes it. */
export function bandOfCompute(
  band: readonly { readonly flops: number; readonly low: number; readonly high: number }[] | undefined,
): NonNullable<DrawnLaw["band"]> {
  return (band ?? []).map(({ flops, low, high }) => ({ x: flops, low, high }));
}
