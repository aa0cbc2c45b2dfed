import * as Plot from "@observablehq/plot";
import { type Axis, countAxis, evenAxis, type Panel } from "./axes.js";
import type { BiasCurve, IsoflopBiasData } from "./data.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { categoryColor, faintInk, ink } from "./palette.js";
import { evenDomain, logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Approach 2 without any noise",
    caption: (sizes: number, span: number) =>
      `Error of fits to runs that obey L(N, D) = E + A/N^α + B/D^β exactly, by least-squares parabolas and by Akima splines; ${sizes} sizes a budget; where the span is not varied it is ${span}. Approach 3, of the same form, has no error here.`,
    worst: (law: string, error: string, span: number) => `${law}: ${error} % at a span of ${span}`,
    description: (worst: readonly string[]) => `Error of N_opt on centred grids: ${worst.join("; ")}.`,
    parabola: "parabola",
    akima: "Akima spline",
    optimum: "Error of N_opt (%)",
    exponent: "Error of the exponent a",
    forecast: "Error of N_opt at 100 C (%)",
    width: "Largest over smallest size, grid centred",
    offset: "Middle of the sizes over true N_opt",
    drift: "Drift: middle over N_opt goes as C to the power",
  },
  {
    title: "ノイズがない場合のアプローチ 2",
    caption: (sizes, span) =>
      `L(N, D) = E + A/N^α + B/D^β に厳密に従うランへの、最小二乗の放物線とAkima スプラインによるフィットの誤差。計算予算ごとに ${sizes} サイズ、幅を変えないときは ${span}。同じ式のアプローチ 3 には、ここでは誤差がない。`,
    worst: (law, error, span) => `${law}: 幅 ${span} で ${error}%`,
    description: (worst) => `中心の合ったグリッドでの N_opt の誤差: ${worst.join("; ")}。`,
    parabola: "放物線",
    akima: "Akima スプライン",
    optimum: "N_opt の誤差 (%)",
    exponent: "指数 a の誤差",
    forecast: "100 C での N_opt の誤差 (%)",
    width: "最大サイズ / 最小サイズ (中心は一致)",
    offset: "サイズの中央 / 真の N_opt",
    drift: "ずれの指数: 中央 / N_opt ∝ C のべき",
  },
);

const margins = { marginLeft: 50, marginRight: 14, marginTop: 24, marginBottom: 38 } as const;
/** A spline may oscillate between its knots as the grid moves; it is drawn thin, below. */
const dashes = "2.5 3";

/** What Approach 2 gets wrong without any noise: by the width of its grids, their offset, and their drift. */
export function isoflopBias(data: IsoflopBiasData, options: FigureOptions): HTMLElement {
  const text = inLanguage(texts, options);
  const laws = data.byWidth.map(({ law }) => law);
  const worst = data.byWidth
    .map(({ law, parabola }) => ({ law, last: parabola.at(-1) }))
    .flatMap(({ law, last }) =>
      last === undefined ? [] : [text.worst(law, last.y.toFixed(1), Number(last.x.toPrecision(3)))],
    );
  return frame(options, {
    name: "isoflop-bias",
    title: text.title,
    caption: text.caption(data.sizes, Number(data.width.toPrecision(3))),
    description: text.description(worst),
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
              { label: text.parabola, mark: "line", color: faintInk },
              { label: text.akima, mark: "dashes", color: faintInk },
            ],
          },
        ],
        columns,
        panels: [
          panel(data.byWidth, text.optimum, log(text.width)),
          panel(data.byOffset, text.optimum, log(text.offset)),
          panel(data.exponentByDrift, text.exponent, even(text.drift)),
          panel(data.forecastByDrift, text.forecast, even(text.drift)),
        ],
      };
    },
  });
}

function line(points: BiasCurve["akima"], color: number, style: Plot.LineOptions): Plot.Markish {
  return Plot.line(points, { x: "x", y: "y", stroke: categoryColor(color), ...style });
}
