import * as Plot from "@observablehq/plot";
import { element } from "./legend.js";

/** Dots that share a path: a path each would weigh ten times as much; all in one, their overlaps would not show. */
const DOTS_A_PATH = 50;

/** Many small dots of no interest one by one, [x, y] each. */
export function dotCloud(points: readonly (readonly [number, number])[], color: string): Plot.Markish {
  return Plot.dot(points, {
    x: (point: readonly [number, number]) => point[0],
    y: (point: readonly [number, number]) => point[1],
    render: (index, _scales, values, _dimensions, { document }) => {
      const group = element(document, "g", {
        "aria-label": "dots",
        fill: "none",
        stroke: color,
        "stroke-width": 2.5,
        "stroke-linecap": "round",
        "stroke-opacity": 0.4,
      });
      for (let from = 0; from < index.length; from += DOTS_A_PATH) {
        // Plot gives a typed array, whose map would make numbers of the strings.
        const places = Array.from(index.slice(from, from + DOTS_A_PATH), (at) => {
          const [x, y] = [Number(values.x?.[at]), Number(values.y?.[at])];
          return `M${x.toFixed(1)},${y.toFixed(1)}h0`;
        });
        group.append(element(document, "path", { d: places.join("") }));
      }
      return group as SVGElement;
    },
  });
}
