import * as Plot from "@observablehq/plot";
import { countAxis, type Panel } from "./axes.js";
import { computeIn } from "./compute.js";
import type { KaplanAllocationData, PowerLaw } from "./data.js";
import { formatCount, formatEstimate } from "./format.js";
import { formerEntry, formerLine } from "./former.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { bandOfCompute, lawMarks } from "./lawMarks.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, ink } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "Efficient model size and steps, Kaplan-style",
    laws: (n: string, s: string) =>
      `N_opt grows as C_min to the power ${n}, S_min as C_min to the power ${s} (95 % intervals).`,
    tenfold: (n: string, s: string, rest: string) =>
      ` For ten times the compute the model grows ${n} times and its steps ${s} times; the remaining factor ${rest} is the batch.`,
    caption: (result: string) =>
      `The model of least loss for each C_min, compute as at a batch far below the critical one, and its least steps S_min, as at a batch far above it. ${result}`,
    compute: (unit: string) => `Least compute C_min (${unit})`,
    steps: "Least steps S_min",
    efficient: "efficient model",
    point: (n: string, s: string) => `N ${n}, S_min ${s}`,
  },
  {
    title: "効率的なモデルサイズとステップ数 (Kaplan 流)",
    laws: (n, s) => `N_opt は C_min の ${n} 乗、S_min は C_min の ${s} 乗で増える (95% 信頼区間)。`,
    tenfold: (n, s, rest) =>
      `計算量を 10 倍にすると、モデルは ${n} 倍、ステップ数は ${s} 倍になり、残りの ${rest} 倍はバッチサイズに回る。`,
    caption: (result) =>
      `各 C_min (臨界バッチより十分小さいバッチでの計算量) で損失が最小となるモデルと、その最小ステップ数 S_min (臨界バッチより十分大きいバッチでのステップ数)。${result}`,
    compute: (unit) => `最小計算量 C_min (${unit})`,
    steps: "最小ステップ数 S_min",
    efficient: "効率的なモデル",
    point: (n, s) => `N ${n}、S_min ${s}`,
  },
);

const publishedColor = categoryColor(1);

/** Optimal N and S_min against C_min: Kaplan et al. 2020, Figure 14 and section 6. */
export function kaplanAllocation(data: KaplanAllocationData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const { points, parametersLaw, stepsLaw, former, published } = data;
  const tenfold = (law: PowerLaw): number => 10 ** law.exponent;
  const times = (value: number): string => Number(value.toPrecision(2)).toString();
  // C_min = 6 N B_crit S_min (section 6.2, appendix B): what N and S leave of a factor of ten is B's.
  const rest = 10 / tenfold(parametersLaw) / tenfold(stepsLaw);
  const result = `${text.laws(
    formatEstimate(parametersLaw.exponent, parametersLaw.exponentInterval),
    formatEstimate(stepsLaw.exponent, stepsLaw.exponentInterval),
  )}${text.tenfold(times(tenfold(parametersLaw)), times(tenfold(stepsLaw)), times(rest))}`;
  const entries: LegendEntry[] = [
    ...(points.length > 0 ? [{ label: text.efficient, mark: "dot" as const, color: categoryColor(0) }] : []),
    { label: term.powerLaw, mark: "line", color: ink },
    { label: term.extrapolated, mark: "dashes", color: ink },
    ...(parametersLaw.band || stepsLaw.band ? [{ label: term.band, mark: "band" as const, color: ink }] : []),
    ...(published ? [{ label: published.name, mark: "dots" as const, color: publishedColor }] : []),
    ...leftOutEntry(options),
    ...formerEntry(options),
  ];

  return frame(options, {
    name: "kaplan-allocation",
    title: text.title,
    caption: text.caption(result),
    description: result,
    draw: (room) => ({
      legend: [{ entries }],
      columns: room.narrow ? 1 : 2,
      panels: [
        panel(term.optimalN, "parameters", parametersLaw, former?.parametersLaw, published?.parametersLaw, room),
        panel(text.steps, "steps", stepsLaw, former?.stepsLaw, published?.stepsLaw, room),
      ],
    }),
  });

  function panel(
    label: string,
    quantity: "parameters" | "steps",
    law: PowerLaw,
    before: PowerLaw | undefined,
    other: PowerLaw | undefined,
    room: Room,
  ): Panel {
    const height = room.narrow ? 280 : 330;
    const width = room.narrow ? room.width : room.width / 2;
    const at = points.map(({ flops }) => flops);
    const x = logDomain([...at, ...(law.band ?? []).map(({ flops }) => flops)], 0.06);
    const value = (flops: number): number => law.coefficient * flops ** law.exponent;
    const otherAt = (flops: number): number => (other ? other.coefficient * flops ** other.exponent : Number.NaN);
    const y = logDomain(
      [...points.map((point) => point[quantity]), ...x.map(value), ...(other ? x.map(otherAt) : [])],
      0.08,
    );
    return {
      height,
      marginLeft: 46,
      marginRight: 16,
      marginTop: 24,
      marginBottom: 38,
      x: unit.axis(text.compute(unit.counted), x, width - 62),
      y: countAxis(label, y, height - 62, 40),
      marks: [
        ...lawMarks({ value, fitted: [Math.min(...at), Math.max(...at)], band: bandOfCompute(law.band) }, { x, y }),
        formerLine(
          before
            ? logSpace(x[0], x[1], 24).map((flops) => ({ x: flops, y: before.coefficient * flops ** before.exponent }))
            : [],
          { x, y },
        ),
        Plot.line(other ? logSpace(x[0], x[1], 24).map((flops) => [flops, otherAt(flops)]) : [], {
          stroke: publishedColor,
          strokeWidth: 1.75,
          strokeDasharray: "1.5 3",
        }),
        Plot.dot(points, {
          x: "flops",
          y: quantity,
          r: 3.5,
          fill: categoryColor(0),
          stroke: background,
          strokeWidth: 0.5,
          title: (point: (typeof points)[number]) =>
            `${point.name}\n${text.point(formatCount(point.parameters), formatCount(point.steps))}`,
          ...runDots(points, options),
        }),
      ],
    };
  }
}
