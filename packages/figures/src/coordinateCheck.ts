import * as Plot from "@observablehq/plot";
import { amountAxis, countAxis, type Panel } from "./axes.js";
import type { CoordinateCheckData } from "./data.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { rampColor } from "./palette.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: (family: string) => `Coordinate check, ${family}`,
    growth: (coordinate: string, parametrisation: string, factor: number, from: number, to: number) =>
      `${coordinate} under ${parametrisation}: ${factor} times from width ${from} to ${to}`,
    caption: (learningRate: number) =>
      `Mean absolute change of an activation since the start, after so many steps of Adam at the learning rate ${learningRate} on one batch. Level lines: one learning rate serves all widths. Lines that rise: wider models need a smaller one.`,
    description: (steps: number, growth: readonly string[]) => `Change after ${steps} steps. ${growth.join("; ")}.`,
    width: "Width",
    change: (coordinate: string, parametrisation: string) => `Change of ${coordinate}, ${parametrisation}`,
    step: "Step",
  },
  {
    title: (family) => `座標チェック: ${family}`,
    growth: (coordinate, parametrisation, factor, from, to) =>
      `${coordinate} (${parametrisation}): 幅 ${from} から ${to} で ${factor} 倍`,
    caption: (learningRate) =>
      `学習率 ${learningRate} の Adam で同じバッチを学習したときの、活性の初期値からの平均絶対変化。線が水平なら 1 つの学習率がすべての幅に使える。線が上がるなら、幅の広いモデルほど小さい学習率が要る。`,
    description: (steps, growth) => `${steps} ステップ後の変化。${growth.join("; ")}。`,
    width: "幅",
    change: (coordinate, parametrisation) => `${coordinate} の変化 (${parametrisation})`,
    step: "ステップ",
  },
);

const margins = { marginLeft: 50, marginRight: 14, marginTop: 24, marginBottom: 38 } as const;

/** How far training moves the activations of models of several widths: Yang et al. 2022, figure 5. */
export function coordinateCheck(data: CoordinateCheckData, options: FigureOptions): HTMLElement {
  const text = inLanguage(texts, options);
  const steps = [...new Set(data.panels.flatMap(({ curves }) => curves.map(({ step }) => step)))].sort((a, b) => a - b);
  const color = (step: number) => rampColor(steps.length < 2 ? 0.5 : steps.indexOf(step) / (steps.length - 1));
  const growth = data.panels.flatMap(({ coordinate, parametrisation, curves }) => {
    const points = curves.at(-1)?.points ?? [];
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return [];
    const factor = Number((last.change / first.change).toPrecision(2));
    return [text.growth(coordinate, parametrisation, factor, first.width, last.width)];
  });
  return frame(options, {
    name: "coordinate-check",
    title: text.title(data.family),
    caption: text.caption(data.learningRate),
    description: text.description(steps.at(-1) ?? 0, growth),
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
          x: countAxis(text.width, logDomain(widths, 0.02), length, 46),
          y: amountAxis(text.change(coordinate, parametrisation), logDomain(changes), height - 62),
          marks: curves.flatMap((curve) => [
            Plot.line(curve.points, { x: "width", y: "change", stroke: color(curve.step), strokeWidth: 1.75 }),
            Plot.dot(curve.points, { x: "width", y: "change", fill: color(curve.step), r: 2.5 }),
          ]),
        };
      };
      return {
        legend: [
          {
            heading: text.step,
            entries: steps.map((step) => ({ label: String(step), mark: "line", color: color(step) })),
          },
        ],
        columns,
        panels: data.panels.map(panel),
      };
    },
  });
}
