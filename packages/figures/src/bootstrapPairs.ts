import * as Plot from "@observablehq/plot";
import { type Axis, amountAxis, evenAxis, type Panel } from "./axes.js";
import type { BootstrapPairsData } from "./data.js";
import { dotCloud } from "./dotCloud.js";
import { formatAmount } from "./format.js";
import { formerEntry, formerRule } from "./former.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { background, categoryColor, ink } from "./palette.js";
import { evenDomain, logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Pairs of bootstrap draws",
    pair: (one: string, other: string, correlation: string) => `${one} and ${other} ${correlation}`,
    estimates: (all: readonly string[]) => `Estimates: ${all.join(", ")}.`,
    correlations: (all: readonly string[], strongest: boolean) =>
      all.length === 0 ? " No draws." : ` ${strongest ? "Strongest correlations" : "Correlations"}: ${all.join("; ")}.`,
    caption: (draws: number, result: string) =>
      `Each dot is a fit to one resample of the runs (${draws} drawn); a narrow slanted cloud is a pair that the runs fix only together. ${result}`,
    draw: "draw",
    estimate: "estimate",
  },
  {
    title: "ブートストラップ標本 (パラメータの対)",
    pair: (one, other, correlation) => `${one} と ${other} ${correlation}`,
    estimates: (all) => `推定値: ${all.join("、")}。`,
    correlations: (all, strongest) =>
      all.length === 0 ? "標本はない。" : `${strongest ? "最も強い相関" : "相関"}: ${all.join("; ")}。`,
    caption: (draws, result) =>
      `各点はランを 1 回再抽出したときのフィット (${draws} 個を表示)。細く傾いた雲は、ランからは組としてしか決まらない対を表す。${result}`,
    draw: "標本",
    estimate: "推定値",
  },
);

/** More draws than this add weight to the page and nothing to the picture. */
const MOST_DRAWS = 1000;
const cloudColor = categoryColor(0);
const estimateColor = categoryColor(1);

interface Pair {
  /** Places of the parameters: across, up. */
  readonly x: number;
  readonly y: number;
  readonly correlation: number;
}

/** A scatter of the bootstrap's draws for each pair of parameters, with the estimate and their correlation. */
export function bootstrapPairs(data: BootstrapPairsData, options: FigureOptions): HTMLElement {
  const text = inLanguage(texts, options);
  const { parameters } = data;
  const usable = data.draws.filter((row) =>
    parameters.every(({ logarithmic }, i) => Number.isFinite(row[i]) && (!logarithmic || (row[i] ?? 0) > 0)),
  );
  const every = Math.max(1, usable.length / (data.most ?? MOST_DRAWS));
  const draws = Array.from(
    { length: Math.floor(usable.length / every) },
    (_, i) => usable[Math.floor(i * every)] ?? [],
  );
  const column = (i: number): number[] => draws.map((row) => row[i] ?? Number.NaN);
  const coordinates = parameters.map(({ logarithmic }, i) =>
    usable.map((row) => (logarithmic ? Math.log(row[i] ?? 1) : (row[i] ?? 0))),
  );
  const pairs: Pair[] = parameters.flatMap((_, y) =>
    parameters
      .slice(0, y)
      .map((_one, x) => ({ x, y, correlation: correlation(coordinates[x] ?? [], coordinates[y] ?? []) })),
  );
  const known = pairs.filter((pair) => Number.isFinite(pair.correlation));
  const name = (i: number): string => parameters[i]?.name ?? "";
  const words = [...known]
    .sort((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))
    .map((pair) => text.pair(name(pair.x), name(pair.y), signed(pair.correlation)));
  const estimates = text.estimates(
    parameters.map((parameter) => `${parameter.name} ${formatAmount(parameter.estimate)}`),
  );

  return frame(options, {
    name: "bootstrap-pairs",
    title: text.title,
    caption: text.caption(draws.length, `${estimates}${text.correlations(words.slice(0, 3), words.length > 3)}`),
    description: `${estimates}${text.correlations(words, false)}`,
    draw: (room) => {
      // A triangle where there is room for it, else the pairs two by two.
      const columns = room.narrow ? Math.min(2, Math.max(1, pairs.length)) : Math.max(1, parameters.length - 1);
      const cells = room.narrow
        ? pairs
        : parameters
            .slice(1)
            .flatMap((_, row) =>
              parameters.slice(1).map((_one, x) => pairs.find((pair) => pair.x === x && pair.y === row + 1)),
            );
      return {
        legend: [
          {
            entries: [
              { label: text.draw, mark: "dot", color: cloudColor },
              { label: text.estimate, mark: "diamond", color: estimateColor },
              ...formerEntry(options),
            ],
          },
        ],
        columns,
        panels: cells.map((pair) => (pair === undefined ? undefined : pairPanel(pair, columns, room))),
      };
    },
  });

  function pairPanel(pair: Pair, columns: number, room: Room): Panel {
    const height = Math.round(Math.min(260, Math.max(150, (0.9 * room.width) / columns)));
    const axis = (i: number, length: number, spacing: number): Axis => {
      const { estimate = Number.NaN, former = estimate } = parameters[i] ?? {};
      const values = [...column(i), estimate, former];
      return parameters[i]?.logarithmic
        ? { ...amountAxis(name(i), logDomain(values, 0.05), length, spacing), format: formatAmount }
        : evenAxis(name(i), evenDomain(values, 0.05), length, spacing);
    };
    const [across, up] = [column(pair.x), column(pair.y)];
    const estimate = { x: parameters[pair.x]?.estimate, y: parameters[pair.y]?.estimate };
    return {
      height,
      marginLeft: 46,
      marginRight: 10,
      marginTop: 24,
      marginBottom: 38,
      x: axis(pair.x, room.width / columns - 56, 40),
      y: axis(pair.y, height - 62, 32),
      marks: [
        dotCloud(
          across.map((value, i) => [value, up[i] ?? Number.NaN] as const),
          cloudColor,
        ),
        formerRule([parameters[pair.x]?.former]),
        formerRule([parameters[pair.y]?.former], "y"),
        Plot.dot([estimate], {
          x: "x",
          y: "y",
          r: 6,
          symbol: "diamond",
          fill: estimateColor,
          stroke: background,
          strokeWidth: 1.25,
        }),
        ...(Number.isFinite(pair.correlation)
          ? [
              Plot.text([`r ${signed(pair.correlation)}`], {
                frameAnchor: "top-right",
                text: (words: string) => words,
                dy: -12,
                fill: ink,
                stroke: background,
                strokeWidth: 3,
              }),
            ]
          : []),
      ],
    };
  }
}

const signed = (value: number): string => value.toFixed(2).replace("-", "−");

/** Pearson's; NaN where one of them does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  a.forEach((value, i) => {
    const [da, db] = [value - meanA, (b[i] ?? meanB) - meanB];
    aa += da * da;
    bb += db * db;
    ab += da * db;
  });
  return ab / Math.sqrt(aa * bb);
}
