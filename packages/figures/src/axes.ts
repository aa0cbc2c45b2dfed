import * as Plot from "@observablehq/plot";
import { decimalFormat, formatCount, formatFlops } from "./format.js";
import { evenTicks, logTicks } from "./ticks.js";

type Domain = readonly [number, number];

/** A scale with the ticks and the labels to write beside them. */
export interface Axis {
  readonly scale: Plot.ScaleOptions;
  readonly label: string | null;
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

/** One panel of a figure: sizes and margins as Plot takes them, axes as this module makes them. */
export interface Panel
  extends Pick<Plot.PlotOptions, "height" | "marginTop" | "marginRight" | "marginBottom" | "marginLeft" | "width"> {
  readonly x: Axis;
  readonly y: Axis;
  readonly marks: Plot.Markish[];
}

/** One tick for about so many px. */
function most(length: number, spacing: number): number {
  return Math.max(2, Math.floor(length / spacing));
}

function axis(
  type: "log" | "linear",
  label: string,
  domain: Domain,
  ticks: readonly number[],
  format: Axis["format"],
): Axis {
  return { scale: { type, domain: [...domain], axis: null }, label, ticks, format };
}

/** A logarithmic axis of parameters or tokens; `length` is its length in px. */
export function countAxis(label: string, domain: Domain, length: number, spacing = 52): Axis {
  return axis("log", label, domain, logTicks(domain[0], domain[1], most(length, spacing)), (n) => formatCount(n));
}

/** A logarithmic axis of FLOPs. */
export function flopsAxis(label: string, domain: Domain, length: number, spacing = 58): Axis {
  return axis("log", label, domain, logTicks(domain[0], domain[1], most(length, spacing)), (c) => formatFlops(c));
}

/** A logarithmic axis of loss, in plain decimals: a ladder's losses seldom span a decade. */
export function lossAxis(label: string, domain: Domain, length: number, spacing = 40): Axis {
  const ticks = logTicks(domain[0], domain[1], most(length, spacing));
  return axis("log", label, domain, ticks, decimalFormat(ticks));
}

/** A logarithmic axis of plain numbers that may span decades: 0.03, 1, 20. */
export function amountAxis(label: string, domain: Domain, length: number, spacing = 40): Axis {
  const ticks = logTicks(domain[0], domain[1], most(length, spacing));
  return axis("log", label, domain, ticks, (value) => String(Number(value.toPrecision(3))));
}

/** A linear axis. */
export function evenAxis(label: string, domain: Domain, length: number, spacing = 44): Axis {
  const ticks = evenTicks(domain[0], domain[1], most(length, spacing));
  return axis("linear", label, domain, ticks, decimalFormat(ticks));
}

/** A linear scale without an axis: rows, whose own labels say what they are. */
export function rowScale(rows: number): Axis {
  return {
    scale: { type: "linear", domain: [0.35, rows + 0.65], axis: null },
    label: null,
    ticks: [],
    format: String,
  };
}

/** Plot's options for a panel: grid below the marks, axes with their names above them. */
export function plotOptions(panel: Panel): Plot.PlotOptions {
  const { x, y, marks, ...sizes } = panel;
  // The labels go in as a channel: Plot passes a tickFormat on a log scale through d3's filter, which drops some of them.
  const text = (from: Axis) => (value: number) => from.format(value);
  const common = { labelArrow: "none", tickSize: 4 } as const;
  const axes: Plot.Markish[] = [Plot.gridX(x.ticks), Plot.gridY(y.ticks)];
  const named: Plot.Markish[] = [
    // Above the panel's lower edge by what an underscore needs.
    Plot.axisX(x.ticks, { ...common, label: x.label, labelOffset: (panel.marginBottom ?? 38) - 7, text: text(x) }),
  ];
  if (y.label !== null) named.push(Plot.axisY(y.ticks, { ...common, label: y.label, text: text(y) }));
  return { ...sizes, x: x.scale, y: y.scale, marks: [...axes, ...marks, ...named] };
}

/** The same axis from its largest value to its smallest: losses that fall to the right. */
export function reversed(axis: Axis): Axis {
  return { ...axis, scale: { ...axis.scale, reverse: true } };
}
