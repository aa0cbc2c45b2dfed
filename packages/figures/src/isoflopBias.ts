import * as Plot from "@observablehq/plot";
import { type Axis, countAxis, evenAxis, type Panel } from "./axes.js";
import type { BiasCurve, IsoflopBiasData } from "./data.js";
import { type FigureOptions, frame } from "./frame.js";
import { categoryColor, faintInk, ink } from "./palette.js";
import { evenDomain, logDomain } from "./ticks.js";

const margins = { marginLeft: 50, marginRight: 14, marginTop: 24, marginBottom: 38 } as const;
/** A spline may oscillate between its knots as the grid moves; it is drawn thin, below. */
const dashes = "2.5 3";

/** What Approach 2 gets wrong without any noise: by the width of its grids, their offset, and their drift. */
export function isoflopBias(data: IsoflopBiasData, options: FigureOptions): HTMLElement {
  const laws = data.byWidth.map(({ law }) => law);
  const worst = data.byWidth
    .map(({ law, parabola }) => ({ law, last: parabola.at(-1) }))
    .flatMap(({ law, last }) =>
      last === undefined ? [] : [`${law}: ${last.y.toFixed(1)} % at a span of ${Number(last.x.toPrecision(3))}`],
    );
  const design = `${data.sizes} sizes a budget; where the span is not varied it is ${Number(data.width.toPrecision(3))}`;
  return frame(options, {
    name: "isoflop-bias",
    title: "Approach 2 without any noise",
    caption: `Error of fits to runs that obey L(N, D) = E + A/N^α + B/D^β exactly, by least-squares parabolas and by Akima splines; ${design}. Approach 3, of the same form, has no error here.`,
    description: `Error of N_opt on centred grids: ${worst.join("; ")}.`,
    draw: (room) => {
      const height = room.narrow ? 220 : 250;
      const columns = room.narrow ? 1 : 2;
      const length = room.width / columns - margins.marginLeft - margins.marginRight;
      const panel = (curves: readonly BiasCurve[], label: string, x: (values: readonly number[]) => Axis): Panel => {
        const points = curves.flatMap(({ parabola, akima }) => [...parabola, ...akima]);
        return {
          ...margins,
          height,
          x: x(points.map((point) => point.x)),
          y: evenAxis(label, evenDomain([0, ...points.map((point) => point.y)], 0.06), height - 62, 36),
          marks: [
            Plot.ruleY([0], { stroke: ink, strokeWidth: 1 }),
            ...curves.map(({ akima }, i) => line(akima, i, { strokeWidth: 1.25, strokeDasharray: dashes })),
            ...curves.map(({ parabola }, i) => line(parabola, i, { strokeWidth: 2 })),
          ],
        };
      };
      const log = (label: string) => (values: readonly number[]) => countAxis(label, logDomain(values, 0), length, 40);
      const even = (label: string) => (values: readonly number[]) => evenAxis(label, evenDomain(values, 0), length, 48);
      return {
        legend: [
          { entries: laws.map((law, i) => ({ label: law, mark: "thick-line", color: categoryColor(i) })) },
          {
            entries: [
              { label: "parabola", mark: "line", color: faintInk },
              { label: "Akima spline", mark: "dashes", color: faintInk },
            ],
          },
        ],
        columns,
        panels: [
          panel(data.byWidth, "Error of N_opt (%)", log("Largest over smallest size, grid centred")),
          panel(data.byOffset, "Error of N_opt (%)", log("Middle of the sizes over true N_opt")),
          panel(
            data.exponentByDrift,
            "Error of the exponent a",
            even("Drift: middle over N_opt goes as C to the power"),
          ),
          panel(
            data.forecastByDrift,
            "Error of N_opt at 100 C (%)",
            even("Drift: middle over N_opt goes as C to the power"),
          ),
        ],
      };
    },
  });
}

function line(points: BiasCurve["akima"], color: number, style: Plot.LineOptions): Plot.Markish {
  return Plot.line(points, { x: "x", y: "y", stroke: categoryColor(color), ...style });
}
