import * as Plot from "@observablehq/plot";
import { clipLine, type LogFrame, type Point } from "./clip.js";
import type { FigureOptions } from "./frame.js";
import { inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { faintInk } from "./palette.js";
import { onceLeftOut } from "./runMarks.js";
import { terms } from "./terms.js";

/** As the legend's "dash-dot". */
const DASHES = "7 3 1.5 3";

/** A law as it was with the runs that are left out: dashes and dots, as far as they lie in the frame. */
export function formerLine(points: readonly Point[], { x, y }: LogFrame, color = faintInk): Plot.Markish {
  // Lines that begin and end on the left and the right border are inside by rounding or not.
  const line = clipLine(points, { x: [x[0] * (1 - 1e-9), x[1] * (1 + 1e-9)], y });
  return Plot.line(line, { x: "x", y: "y", stroke: color, strokeWidth: 1.75, strokeDasharray: DASHES });
}

/** An estimate as it was with the runs that are left out: along x, or along y, across the panel. */
export function formerRule(values: readonly (number | undefined)[], along: "x" | "y" = "x"): Plot.Markish {
  const style = { stroke: faintInk, strokeWidth: 1.75, strokeDasharray: DASHES };
  const known = values.filter((value) => value !== undefined);
  return along === "x" ? Plot.ruleX(known, style) : Plot.ruleY(known, style);
}

/** What the legend says of such lines; its room is kept as soon as runs may be left out. */
export const formerEntry = (options: Pick<FigureOptions, "language" | "leftOut">): LegendEntry[] =>
  onceLeftOut(options, { label: inLanguage(terms, options).former, mark: "dash-dot", color: faintInk });
