import * as Plot from "@observablehq/plot";
import { countAxis, type Panel } from "./axes.js";
import { clipLine } from "./clip.js";
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
    title: "Efficient model size, steps and batch, Kaplan-style",
    laws: (n: string, s: string, b: string | undefined, intervals: boolean) =>
      `N_opt grows as C_min to the power ${n}, S_min as C_min to the power ${s}${b === undefined ? "" : `, B_crit as C_min to the power ${b}`} (${intervals ? "95 % intervals" : "no intervals: no resamples"}).`,
    held: " The intervals take B_crit(L) as it was fitted, for that has none of its own: they are too narrow.",
    tenfold: (n: string, s: string, rest: string) =>
      ` For ten times the compute the model grows ${n} times and its steps ${s} times; the remaining factor ${rest} is the batch.`,
    points: (count: number) =>
      count === 0
        ? " At no C_min is a size between two others the best: the laws alone say so, and no run shows it."
        : "",
    published: (name: string, n: string, s: string, b: string | undefined) =>
      ` ${name}: ${n}, ${s}${b === undefined ? "" : ` and ${b}`}.`,
    caption: (result: string) =>
      `The model of least loss for each C_min, compute as at a batch far below the critical one; its least steps S_min, as at a batch far above it; and the critical batch there. ${result}`,
    compute: (unit: string) => `Least compute C_min (${unit})`,
    steps: "Least steps S_min",
    batch: "Critical batch B_crit (tokens)",
    efficient: "efficient model",
    point: (n: string, s: string, b: string | undefined) =>
      `N ${n}, S_min ${s}${b === undefined ? "" : `, B_crit ${b}`}`,
  },
  {
    title: "効率的なモデルサイズ・ステップ数・バッチサイズ (Kaplan 流)",
    laws: (n, s, b, intervals) =>
      `N_opt は C_min の ${n} 乗、S_min は C_min の ${s} 乗${b === undefined ? "" : `、B_crit は C_min の ${b} 乗`}で増える (${intervals ? "95% 信頼区間" : "再標本がないため信頼区間はない"})。`,
    held: "信頼区間は B_crit(L) をフィット値に固定したもの (それ自体の信頼区間がないため) で、狭すぎる。",
    tenfold: (n, s, rest) =>
      `計算量を 10 倍にすると、モデルは ${n} 倍、ステップ数は ${s} 倍になり、残りの ${rest} 倍はバッチサイズに回る。`,
    points: (count) =>
      count === 0
        ? "2 つのサイズに挟まれたサイズが最良となる C_min はなく、法則だけによる値で、ランでは確かめられていない。"
        : "",
    published: (name, n, s, b) => `${name} では ${n}、${s}${b === undefined ? "" : `、${b}`} 乗。`,
    caption: (result) =>
      `各 C_min (臨界バッチより十分小さいバッチでの計算量) で損失が最小となるモデル、その最小ステップ数 S_min (臨界バッチより十分大きいバッチでのステップ数)、そこでの臨界バッチサイズ。${result}`,
    compute: (unit) => `最小計算量 C_min (${unit})`,
    steps: "最小ステップ数 S_min",
    batch: "臨界バッチサイズ B_crit (トークン)",
    efficient: "効率的なモデル",
    point: (n, s, b) => `N ${n}、S_min ${s}${b === undefined ? "" : `、B_crit ${b}`}`,
  },
);

const publishedColor = categoryColor(1);

/** Optimal N, S_min and B_crit against C_min: Kaplan et al. 2020, Figure 14, equation 6.5. */
export function kaplanAllocation(data: KaplanAllocationData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const { points, parametersLaw, stepsLaw, batchLaw, former, published } = data;
  const tenfold = (law: PowerLaw): number => 10 ** law.exponent;
  const times = (value: number): string => Number(value.toPrecision(2)).toString();
  const power = ({ exponent, exponentInterval }: PowerLaw): string => formatEstimate(exponent, exponentInterval);
  // C_min = 6 N B_crit S_min (section 6.2, appendix B): what N and S leave of a factor of ten is B's.
  const rest = 10 / tenfold(parametersLaw) / tenfold(stepsLaw);
  const intervals = parametersLaw.exponentInterval !== undefined;
  const result = `${text.laws(
    power(parametersLaw),
    power(stepsLaw),
    batchLaw && power(batchLaw),
    intervals,
  )}${intervals && data.batchHeld ? text.held : ""}${text.tenfold(
    times(tenfold(parametersLaw)),
    times(tenfold(stepsLaw)),
    times(rest),
  )}${
    published === undefined
      ? ""
      : text.published(
          published.name,
          power(published.parametersLaw),
          power(published.stepsLaw),
          published.batchLaw && power(published.batchLaw),
        )
  }${text.points(points.length)}`;
  const reach = data.fitted ?? ends(points.map(({ flops }) => flops));
  const x = logDomain([...reach, ...points.map(({ flops }) => flops)], 0.06);
  const drawn = [
    drawnLaw(term.optimalN, "parameters", parametersLaw, former?.parametersLaw, published?.parametersLaw),
    drawnLaw(text.steps, "steps", stepsLaw, former?.stepsLaw, published?.stepsLaw),
    ...(batchLaw ? [drawnLaw(text.batch, "batch", batchLaw, former?.batchLaw, published?.batchLaw)] : []),
  ];
  const entries: LegendEntry[] = [
    ...(points.length > 0 ? [{ label: text.efficient, mark: "dot" as const, color: categoryColor(0) }] : []),
    { label: term.powerLaw, mark: "line", color: ink },
    { label: term.extrapolated, mark: "dashes", color: ink },
    ...(drawn.some(({ law }) => law.band) ? [{ label: term.band, mark: "band" as const, color: ink }] : []),
    ...(published && drawn.some(({ otherLine }) => otherLine.length > 0)
      ? [{ label: published.name, mark: "dots" as const, color: publishedColor }]
      : []),
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
      columns: room.narrow ? 1 : drawn.length,
      panels: drawn.map((one) => panel(one, room)),
    }),
  });

  /** A law with the losses' room for it, and as much of the published one as is to be seen there. */
  function drawnLaw(
    label: string,
    quantity: Quantity,
    law: PowerLaw,
    before: PowerLaw | undefined,
    other: PowerLaw | undefined,
  ) {
    const marks = points.filter((point) => point[quantity] !== undefined);
    const [low, high] = ends([
      ...marks.flatMap((point) => point[quantity] ?? []),
      ...x.map((flops) => lawAt(law, flops)),
    ]);
    const near = [
      ...(law.band ?? []).flatMap((point) => [point.low, point.high]),
      ...(other ? x.map((flops) => lawAt(other, flops)) : []),
    ].filter((value) => value > low / NEAR && value < high * NEAR);
    const y = logDomain([low, high, ...near], 0.08);
    const lineOf = (one: PowerLaw | undefined) =>
      one ? logSpace(x[0], x[1], 24).map((flops) => ({ x: flops, y: lawAt(one, flops) })) : [];
    return {
      label,
      quantity,
      law,
      marks,
      y,
      formerPoints: lineOf(before),
      otherLine: clipLine(lineOf(other), { x: [x[0] * (1 - 1e-9), x[1] * (1 + 1e-9)], y }),
    };
  }

  function panel(
    { label, quantity, law, marks, y, formerPoints, otherLine }: ReturnType<typeof drawnLaw>,
    room: Room,
  ): Panel {
    const height = room.narrow ? 280 : 330;
    const width = room.narrow ? room.width : room.width / drawn.length;
    return {
      height,
      marginLeft: 46,
      marginRight: 16,
      marginTop: 24,
      marginBottom: 38,
      x: unit.axis(text.compute(unit.counted), x, width - 62),
      y: countAxis(label, y, height - 62, 40),
      marks: [
        ...lawMarks({ value: (flops) => lawAt(law, flops), fitted: reach, band: bandOfCompute(law.band) }, { x, y }),
        formerLine(formerPoints, { x, y }),
        Plot.line(otherLine, {
          x: "x",
          y: "y",
          stroke: publishedColor,
          strokeWidth: 1.75,
          strokeDasharray: "1.5 3",
        }),
        Plot.dot(marks, {
          x: "flops",
          y: quantity,
          r: 3.5,
          fill: categoryColor(0),
          stroke: background,
          strokeWidth: 0.5,
          title: ({ name, parameters, steps, batch }: (typeof points)[number]) =>
            `${name}\n${text.point(formatCount(parameters), formatCount(steps), batch === undefined ? undefined : formatCount(batch))}`,
          ...runDots(marks, options),
        }),
      ],
    };
  }
}

type Quantity = "parameters" | "steps" | "batch";

/** Bands and published laws farther than this from all points would leave these no room. */
const NEAR = 10;
const lawAt = ({ coefficient, exponent }: PowerLaw, flops: number): number => coefficient * flops ** exponent;
const ends = (values: readonly number[]): readonly [number, number] => [Math.min(...values), Math.max(...values)];
