import * as Plot from "@observablehq/plot";
import { countAxis, lossAxis, type Panel } from "./axes.js";
import { clipLine, type Point } from "./clip.js";
import type { KaplanSizesData } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { type LegendEntry, sequenceLegend } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, faintInk, logColorScale } from "./palette.js";
import { leftOutEntry, runDots, runLine } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "Loss of each model size by data and by steps",
    law: (form: string, error: string, what: number, unit: "runs" | "curves") =>
      `${form}; root mean square of the log residuals ${error} % over ${what} ${unit === "runs" ? (what === 1 ? "run" : "runs") : what === 1 ? "learning curve" : "learning curves"}`,
    intervals: (all: readonly string[]) => `; 95 % intervals: ${all.join(", ")}`,
    caption: (result: string) =>
      `Lines are laws of all sizes at once (Kaplan et al. 2020, equations 1.5 and 1.6), one line for each size: where more data no longer help, and how fast each size learns at a batch far above the critical one. ${result}`,
    result: (laws: readonly string[]) => (laws.length === 0 ? "Neither law could be fitted." : `${laws.join(". ")}.`),
    steps: "Least steps S_min",
    lossByData: (unit: string) => `Loss, stopped early (${unit})`,
    law15: "L(N, D)",
    law16: "L(N, S_min)",
    curve: "learning curve",
  },
  {
    title: "モデルサイズごとの損失: データ量とステップ数",
    law: (form, error, what, unit) =>
      `${form}。対数残差の二乗平均平方根は ${what} ${unit === "runs" ? "個のラン" : "本の学習曲線"}で ${error}%`,
    intervals: (all) => `、95% 信頼区間: ${all.join("、")}`,
    caption: (result) =>
      `線は全サイズに共通のスケーリング則 (Kaplan et al. 2020、式 1.5 と 1.6) をサイズごとに 1 本引いたもの。データを増やしても効かなくなる所と、臨界バッチをはるかに超えるバッチでの各サイズの学習の速さを示す。${result}`,
    result: (laws) => (laws.length === 0 ? "どちらもフィットできなかった。" : `${laws.join("。")}。`),
    steps: "最小ステップ数 S_min",
    lossByData: (unit: string) => `早期終了時の損失 (${unit})`,
    law15: "L(N, D)",
    law16: "L(N, S_min)",
    curve: "学習曲線",
  },
);

/** At most so many lines: the smallest, the largest, and sizes between them, evenly over the logarithm. */
const MOST_LINES = 9;

/** L(N, D) against D, and learning curves L(N, S_min), a line a size: Kaplan et al. 2020, Figure 4. */
export function kaplanSizes(data: KaplanSizesData, options: FigureOptions): HTMLElement {
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const byData = data.data && data.data.runs.length > 0 ? data.data : undefined;
  const curved = (data.steps?.runs ?? []).filter(({ curve }) => curve.length > 1);
  const bySteps = data.steps && curved.length > 0 ? { ...data.steps, runs: curved } : undefined;
  const sizes = [...(byData?.runs ?? []), ...(bySteps?.runs ?? [])].map((run) => run.parameters);
  const color = logColorScale(sizes);

  const lossByData = (n: number, d: number): number => {
    const { Nc = 1, Dc = 1, alphaN = 1, alphaD = 1 } = byData?.law ?? {};
    return ((Nc / n) ** (alphaN / alphaD) + Dc / d) ** alphaD;
  };
  const lossBySteps = (n: number, s: number): number => {
    const { Nc = 1, Sc = 1, alphaN = 1, alphaS = 1 } = bySteps?.law ?? {};
    return (Nc / n) ** alphaN + (Sc / s) ** alphaS;
  };
  const rms = (logs: readonly number[]): string =>
    (100 * Math.sqrt(logs.reduce((sum, log) => sum + log * log, 0) / Math.max(1, logs.length))).toFixed(2);
  const intervals = (all: Readonly<Record<string, readonly [number, number]>> | undefined): string => {
    const words = Object.entries(all ?? {}).map(
      ([name, [low, high]]) => `${name} ${low.toPrecision(3)}–${high.toPrecision(3)}`,
    );
    return words.length === 0 ? "" : text.intervals(words);
  };
  const laws: string[] = [];
  if (byData) {
    const { Nc, Dc, alphaN, alphaD } = byData.law;
    const logs = byData.runs.map((run) => Math.log(run.loss / lossByData(run.parameters, run.tokens)));
    laws.push(
      `${text.law(
        `L = [(${formatCount(Nc)}/N)^(${alphaN.toFixed(3)}/${alphaD.toFixed(3)}) + ${formatCount(Dc)}/D]^${alphaD.toFixed(3)}`,
        rms(logs),
        byData.runs.length,
        "runs",
      )}${intervals(byData.intervals95)}`,
    );
  }
  if (bySteps) {
    const { Nc, Sc, alphaN, alphaS } = bySteps.law;
    const logs = bySteps.runs.flatMap(({ parameters, curve }) =>
      curve.map(({ steps, loss }) => Math.log(loss / lossBySteps(parameters, steps))),
    );
    laws.push(
      `${text.law(
        `L = (${formatCount(Nc)}/N)^${alphaN.toFixed(3)} + (${formatCount(Sc)}/S_min)^${alphaS.toFixed(3)}`,
        rms(logs),
        bySteps.runs.length,
        "curves",
      )}${intervals(bySteps.intervals95)}`,
    );
  }
  const result = text.result(laws);
  const entries: LegendEntry[] = [
    ...(byData
      ? [
          { label: term.run, mark: "dot" as const, color: faintInk },
          { label: text.law15, mark: "line" as const, color: faintInk },
        ]
      : []),
    ...(bySteps
      ? [
          { label: text.curve, mark: "thick-line" as const, color: faintInk },
          { label: text.law16, mark: "dashes" as const, color: faintInk },
        ]
      : []),
    ...leftOutEntry(options),
  ];

  return frame(options, {
    name: "kaplan-sizes",
    title: text.title,
    caption: text.caption(result),
    description: result,
    draw: (room) => {
      const columns = room.narrow || !byData || !bySteps ? 1 : 2;
      return {
        legend: [sequenceLegend(term.parameters, sizes, color, formatCount, "line"), { entries }],
        columns,
        panels: [...(byData ? [dataPanel(room, columns)] : []), ...(bySteps ? [stepsPanel(room, columns)] : [])],
      };
    },
  });

  function dataPanel(room: Room, columns: number): Panel {
    const runs = byData?.runs ?? [];
    const x = logDomain(
      runs.map(({ tokens }) => tokens),
      0.06,
    );
    const y = logDomain(
      runs.map(({ loss }) => loss),
      0.08,
    );
    return {
      ...sized(room),
      x: countAxis(term.trainingTokensD, x, room.width / columns - 58),
      y: lossAxis(text.lossByData(lossUnitText(options)), y, sized(room).height - 62),
      marks: [
        ...evenly(runs.map(({ parameters }) => parameters)).map((n) =>
          drawnLine(
            clipLine(
              logSpace(x[0], x[1], 64).map((d) => ({ x: d, y: lossByData(n, d) })),
              wider(x, y),
            ),
            { stroke: color(n), strokeWidth: 1.5 },
          ),
        ),
        Plot.dot(runs, {
          x: "tokens",
          y: "loss",
          r: 3.25,
          fill: (run: (typeof runs)[number]) => color(run.parameters),
          stroke: background,
          strokeWidth: 0.5,
          title: (run: (typeof runs)[number]) =>
            `${run.name}\n${term.size(formatCount(run.parameters), formatCount(run.tokens))}\n${term.lossOf(formatLoss(run.loss, 4))}`,
          ...runDots(runs, options),
        }),
      ],
    };
  }

  function stepsPanel(room: Room, columns: number): Panel {
    const runs = bySteps?.runs ?? [];
    const all = runs.flatMap(({ curve }) => curve);
    const x = logDomain(
      all.map(({ steps }) => steps),
      0.04,
    );
    const y = logDomain(
      all.map(({ loss }) => loss),
      0.06,
    );
    return {
      ...sized(room),
      x: countAxis(text.steps, x, room.width / columns - 58),
      y: lossAxis(term.loss(lossUnitText(options)), y, sized(room).height - 62),
      marks: [
        ...runs.map((run) =>
          Plot.line(run.curve, {
            x: "steps",
            y: "loss",
            stroke: color(run.parameters),
            strokeWidth: 2.5,
            strokeOpacity: 0.45,
            ...runLine(run, options),
          }),
        ),
        ...runs.map(({ parameters, curve }) => {
          const [first, last] = [curve[0]?.steps ?? 1, curve.at(-1)?.steps ?? 1];
          const points = last > first ? logSpace(first, last, 64) : [];
          return drawnLine(
            clipLine(
              points.map((s) => ({ x: s, y: lossBySteps(parameters, s) })),
              wider(x, y),
            ),
            { stroke: color(parameters), strokeWidth: 1.25, strokeDasharray: "5 3" },
          );
        }),
      ],
    };
  }
}

const sized = (room: Room) =>
  ({ height: room.narrow ? 300 : 350, marginLeft: 42, marginRight: 16, marginTop: 24, marginBottom: 38 }) as const;

const drawnLine = (points: readonly Point[], style: Plot.LineOptions): Plot.Markish =>
  Plot.line(points, { x: "x", y: "y", ...style });

/** Lines that begin and end on the left and the right border are inside by rounding or not. */
const wider = (x: readonly [number, number], y: readonly [number, number]) =>
  ({ x: [x[0] * (1 - 1e-9), x[1] * (1 + 1e-9)], y }) as const;

function evenly(values: readonly number[]): number[] {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  if (sorted.length <= MOST_LINES) return sorted;
  const [low = 1, high = 1] = [sorted[0], sorted.at(-1)];
  const nearest = (target: number): number =>
    sorted.reduce((best, n) => (Math.abs(Math.log(n / target)) < Math.abs(Math.log(best / target)) ? n : best), low);
  return [...new Set(logSpace(low, high, MOST_LINES).map(nearest))];
}
