import * as Plot from "@observablehq/plot";
import { amountAxis, countAxis, type Panel } from "./axes.js";
import type { CoordinateCheckData } from "./data.js";
import { type FigureOptions, frame } from "./frame.js";
import { rampColor } from "./palette.js";
import { logDomain } from "./ticks.js";

const margins = { marginLeft: 50, marginRight: 14, marginTop: 24, marginBottom: 38 } as const;

/** How far training moves the activations of models of several widths: Yang et al. 2022, figure 5. */
export function coordinateCheck(data: CoordinateCheckData, options: FigureOptions): HTMLElement {
  const steps = [...new Set(data.panels.flatMap(({ curves }) => curves.map(({ step }) => step)))].sort((a, b) => a - b);
  const color = (step: number) => rampColor(steps.length < 2 ? 0.5 : steps.indexOf(step) / (steps.length - 1));
  const growth = data.panels.flatMap(({ coordinate, parametrisation, curves }) => {
    const points = curves.at(-1)?.points ?? [];
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    const factor = Number((last.change / first.change).toPrecision(2));
    return [`${coordinate} under ${parametrisation}: ${factor} times from width ${first.width} to ${last.width}`];
  });
  return frame(options, {
    name: "coordinate-check",
    title: `Coordinate check, ${data.family}`,
    caption: `Mean absolute change of an activation since the start, after so many steps of Adam at the learning rate ${data.learningRate} on one batch. Level lines: one learning rate serves all widths. Lines that rise: wider models need a smaller one.`,
    description: `Change after ${steps.at(-1) ?? 0} steps. ${growth.join("; ")}.`,
    draw: (room) => {
      const height = room.narrow ? 190 : 210;
      const columns = room.narrow ? 1 : 2;
      const length = room.width / columns - margins.marginLeft - margins.marginRight;
      const panel = ({ coordinate, parametrisation, curves }: CoordinateCheckData["panels"][number]): Panel => {
        const points = curves.flatMap((curve) => curve.points);
        // Both parametrisations of an activation on one scale, so that growth can be compared by eye.
        const row = data.panels.filter((other) => other.coordinate === coordinate);
        const changes = row.flatMap((other) => other.curves.flatMap((curve) => curve.points.map((p) => p.change)));
        const widths = points.map(({ width }) => width);
        return {
          ...margins,
          height,
          x: countAxis("Width", logDomain(widths, 0.02), length, 46),
          y: amountAxis(`Change of ${coordinate}, ${parametrisation}`, logDomain(changes), height - 62),
          marks: curves.flatMap((curve) => [
            Plot.line(curve.points, { x: "width", y: "change", stroke: color(curve.step), strokeWidth: 1.75 }),
            Plot.dot(curve.points, { x: "width", y: "change", fill: color(curve.step), r: 2.5 }),
          ]),
        };
      };
      return {
        legend: [
          {
            heading: "Step",
            entries: steps.map((step) => ({ label: String(step), mark: "line", color: color(step) })),
          },
        ],
        columns,
        panels: data.panels.map(panel),
      };
    },
  });
}
