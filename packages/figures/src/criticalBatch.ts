import * as Plot from "@observablehq/plot";
import { countAxis, lossAxis, reversed } from "./axes.js";
import type { CriticalBatchData } from "./data.js";
import { formatCount, formatEstimate, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { lawMarks } from "./lawMarks.js";
import type { LegendEntry } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, ink } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { terms } from "./terms.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Critical batch against loss",
    law: (scale: string, alpha: string, drop: string) =>
      `B_crit = ${scale} tokens / L^(1/α_B) with α_B = ${alpha}: it doubles for every ${drop} % less loss.`,
    noLaw: "No power law could be fitted.",
    fittedTo: { noise: "The law is fitted to the noise scale.", scan: "The law is fitted to the scans." },
    fewScans:
      "Its exponent has no interval: the losses of one scan are read off the same runs, so that it takes scans of three seeds.",
    space: " ",
    counted: (noise: number, scans: number) =>
      `${noise} points by the gradient noise scale, ${scans} by scans of batches.`,
    caption: (law: string, counted: string) =>
      `The batch above which more of it saves few steps, by the loss reached; the law has no model size in it. ${law} ${counted}`,
    description: (law: string, counted: string) => `${law} ${counted}`,
    batch: "Critical batch (tokens)",
    loss: (unit: string) => `Loss reached (${unit})`,
    noise: "gradient noise scale",
    scan: "scan of batches",
    point: (batch: string, loss: string) => `B_crit ${batch} tokens at loss ${loss}`,
  },
  {
    title: "臨界バッチサイズと損失",
    law: (scale, alpha, drop) =>
      `B_crit = ${scale} トークン / L^(1/α_B)、α_B = ${alpha}。損失が ${drop}% 下がるごとに 2 倍になる。`,
    noLaw: "べき乗則はフィットできなかった。",
    fittedTo: {
      noise: "べき乗則は勾配ノイズスケールへのフィット。",
      scan: "べき乗則はバッチサイズの走査へのフィット。",
    },
    fewScans: "指数の信頼区間はない: 1 回の走査の損失はすべて同じランから読み取ったものなので、3 シードの走査が必要。",
    space: "",
    counted: (noise, scans) => `勾配ノイズスケールによる点 ${noise} 個、バッチサイズの走査による点 ${scans} 個。`,
    caption: (law, counted) =>
      `それを超えて大きくしてもステップ数がほとんど減らなくなるバッチサイズを、到達した損失に対して示す。スケーリング則はモデルサイズによらない。${law}${counted}`,
    description: (law, counted) => `${law}${counted}`,
    batch: "臨界バッチサイズ (トークン)",
    loss: (unit: string) => `到達した損失 (${unit})`,
    noise: "勾配ノイズスケール",
    scan: "バッチサイズの走査",
    point: (batch, loss) => `損失 ${loss} で B_crit ${batch} トークン`,
  },
);

const noiseColor = categoryColor(0);
const scanColor = categoryColor(1);
/** How far beyond the points their intervals are followed. */
const WIDEST = 3;

/** B_crit against the loss reached, losses falling to the right: Kaplan et al. 2020, Figure 10 and equation 1.4. */
export function criticalBatch(data: CriticalBatchData, options: FigureOptions): HTMLElement {
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const points = data.points.filter(({ loss, batch }) => loss > 0 && batch > 0);
  const noise = points.filter(({ from }) => from === "noise");
  const scans = points.filter(({ from }) => from === "scan");
  const { law } = data;
  const value = (loss: number): number => (law ? law.Bstar / loss ** (1 / law.alphaB) : Number.NaN);
  const words = law
    ? text.law(
        formatCount(law.Bstar),
        formatEstimate(law.alphaB, law.alphaBInterval),
        // 2 = (1 - drop)^(-1 / alpha_B).
        (100 * (1 - 2 ** -law.alphaB)).toFixed(1),
      )
    : text.noLaw;
  const counted = [
    text.counted(noise.length, scans.length),
    ...(law?.from && noise.length > 0 && scans.length > 0 ? [text.fittedTo[law.from]] : []),
    ...(law?.fewScans ? [text.fewScans] : []),
  ].join(text.space);
  const entries: LegendEntry[] = [
    ...(noise.length > 0 ? [{ label: text.noise, mark: "dot" as const, color: noiseColor }] : []),
    ...(scans.length > 0 ? [{ label: text.scan, mark: "diamond" as const, color: scanColor }] : []),
    ...(law
      ? [
          { label: term.powerLaw, mark: "line" as const, color: ink },
          { label: term.extrapolated, mark: "dashes" as const, color: ink },
        ]
      : []),
    ...(law?.band ? [{ label: term.band, mark: "band" as const, color: ink }] : []),
    ...leftOutEntry(options),
  ];

  return frame(options, {
    name: "critical-batch",
    title: text.title,
    caption: text.caption(words, counted),
    description: text.description(words, counted),
    draw: ({ width, narrow }) => {
      const height = narrow ? 310 : 380;
      const losses = points.map(({ loss }) => loss);
      const x = logDomain(losses, 0.08);
      const batches = points.map(({ batch }) => batch);
      // A scan that tells next to nothing has an interval of many decades: it may go on beyond the frame.
      const [least, most] = [Math.min(...batches) / WIDEST, Math.max(...batches) * WIDEST];
      const y = logDomain(
        [
          ...batches,
          ...points.flatMap(({ interval95 = [] }) => interval95.map((end) => Math.min(Math.max(end, least), most))),
          ...(law ? x.map(value) : []),
        ],
        0.05,
      );
      const within = (end: number | undefined): number => Math.min(Math.max(end ?? Number.NaN, y[0]), y[1]);
      const title = (point: (typeof points)[number]) =>
        `${point.name}\n${text.point(formatCount(point.batch), formatLoss(point.loss))}`;
      const intervals = points.filter(({ interval95 }) => interval95);
      return {
        legend: [{ entries }],
        panels: [
          {
            height,
            marginLeft: 46,
            marginRight: 16,
            marginTop: 24,
            marginBottom: 38,
            x: reversed(lossAxis(text.loss(lossUnitText(options)), x, width - 62, 52)),
            y: countAxis(text.batch, y, height - 62, 40),
            marks: [
              ...(law
                ? lawMarks(
                    {
                      value,
                      fitted: [Math.min(...losses), Math.max(...losses)],
                      band: (law.band ?? []).map(({ loss, low, high }) => ({ x: loss, low, high })),
                    },
                    { x, y },
                  )
                : []),
              Plot.ruleX(intervals, {
                x: "loss",
                y1: (point: (typeof points)[number]) => within(point.interval95?.[0]),
                y2: (point: (typeof points)[number]) => within(point.interval95?.[1]),
                stroke: (point: (typeof points)[number]) => (point.from === "noise" ? noiseColor : scanColor),
                strokeWidth: 1.25,
              }),
              Plot.dot(noise, {
                x: "loss",
                y: "batch",
                r: 3,
                fill: noiseColor,
                stroke: background,
                strokeWidth: 0.5,
                title,
                ...runDots(noise, options),
              }),
              Plot.dot(scans, {
                x: "loss",
                y: "batch",
                r: 6,
                symbol: "diamond",
                fill: scanColor,
                stroke: background,
                title,
                ...runDots(scans, options),
              }),
            ],
          },
        ],
      };
    },
  });
}
