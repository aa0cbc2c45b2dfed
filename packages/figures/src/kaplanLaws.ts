import * as Plot from "@observablehq/plot";
import { type Axis, countAxis, lossAxis, type Panel } from "./axes.js";
import type { LogFrame } from "./clip.js";
import { computeIn } from "./compute.js";
import { smoothedCurve } from "./curve.js";
import type { KaplanLawsData, KaplanPanel, RunCurve, ScaleLaw } from "./data.js";
import { formatCount, formatEstimate, formatLoss } from "./format.js";
import { formerEntry, formerLine } from "./former.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { lawMarks } from "./lawMarks.js";
import type { LegendEntry } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { leftOutEntry, runDots, runLine } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "Loss against compute, data and parameters",
    law: (name: string, exponent: string, scale: string, scaleText: string, points: number) =>
      `L(${name}) falls as ${name} to the power −${exponent}, ${scale} = ${scaleText} (${points} points)`,
    caption: (result: string, missing: string) =>
      `Pure power laws of one quantity while the others do not limit, without irreducible loss; intervals are at 95 %. ${result}${missing}`,
    result: (laws: readonly string[]) => (laws.length === 0 ? "No law could be fitted." : `${laws.join("; ")}.`),
    missing: (all: readonly (readonly [name: string, points: number])[]) =>
      all.length === 0
        ? ""
        : ` No fit of ${all.map(([name, points]) => `L(${name})${points === 0 ? "" : ` (too few points: ${points})`}`).join(", ")}.`,
    least: (unit: string) => `Least compute C_min (${unit})`,
    curve: "training curve",
    point: "loss that the law was fitted to",
  },
  {
    title: "計算量・データ量・パラメータ数に対する損失",
    law: (name, exponent, scale, scaleText, points) =>
      `L(${name}) は ${name} の −${exponent} 乗で下がり、${scale} = ${scaleText} (${points} 点)`,
    caption: (result, missing) =>
      `ほかの量が制約とならないときの、1 つの量についての純粋なべき乗則。既約損失は含まない。区間は 95% 信頼区間。${result}${missing}`,
    result: (laws) => (laws.length === 0 ? "どのべき乗則もフィットできなかった。" : `${laws.join("; ")}。`),
    missing: (all) =>
      all.length === 0
        ? ""
        : `${all.map(([name, points]) => `L(${name})${points === 0 ? "" : ` (点が ${points} 個で足りない)`}`).join("、")} のフィットはない。`,
    least: (unit) => `最小計算量 C_min (${unit})`,
    curve: "学習曲線",
    point: "フィットに使った損失",
  },
);

/** L(C), L(D) and L(N) with their power laws, on one scale of losses: Kaplan et al. 2020, Figure 1, equations 1.1 to 1.3. */
export function kaplanLaws(data: KaplanLawsData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const axes = [
    {
      panel: data.compute,
      name: data.compute?.adjusted ? "C_min" : "C",
      scale: "C_c",
      format: unit.text,
      axis: (domain: readonly [number, number], length: number) =>
        unit.axis(
          data.compute?.adjusted ? text.least(unit.counted) : term.trainingCompute(unit.counted),
          domain,
          length,
        ),
    },
    {
      panel: data.tokens,
      name: "D",
      scale: "D_c",
      format: (tokens: number) => formatCount(tokens),
      axis: (domain: readonly [number, number], length: number) => countAxis(term.tokensD, domain, length),
    },
    {
      panel: data.parameters,
      name: "N",
      scale: "N_c",
      format: (parameters: number) => formatCount(parameters),
      axis: (domain: readonly [number, number], length: number) => countAxis(term.parametersN, domain, length),
    },
  ];
  const all = Object.values(data).flatMap((panel: KaplanPanel | undefined) => panel?.points ?? []);
  const highest = lossDomain(all.map(({ loss }) => loss))[1];
  const curves = (data.compute?.curves ?? [])
    .map((run) => ({ run, line: smoothedCurve(run).filter(({ loss }) => loss <= highest) }))
    .filter(({ line }) => line.length > 1);
  const drawn = axes.flatMap(({ panel, ...axis }) => (panel === undefined ? [] : [{ ...axis, panel }]));
  const result = text.result(
    drawn.flatMap(({ panel: { law, points }, name, scale, format }) =>
      law === undefined
        ? []
        : text.law(name, formatEstimate(law.exponent, law.exponentInterval), scale, format(law.scale), points.length),
    ),
  );
  const missing = text.missing(
    axes.flatMap(({ panel, name }) => (panel?.law === undefined ? [[name, panel?.points.length ?? 0] as const] : [])),
  );
  const entries: LegendEntry[] = [
    ...(curves.length > 0 ? [{ label: text.curve, mark: "line" as const, color: faintInk }] : []),
    { label: text.point, mark: "dot", color: categoryColor(0) },
    { label: term.powerLaw, mark: "line", color: ink },
    { label: term.extrapolated, mark: "dashes", color: ink },
    ...(drawn.some(({ panel }) => panel.law?.band) ? [{ label: term.band, mark: "band" as const, color: ink }] : []),
    ...leftOutEntry(options),
    ...formerEntry(options),
  ];

  return frame(options, {
    name: "kaplan-laws",
    title: text.title,
    caption: text.caption(result, missing),
    description: `${result}${missing}`,
    draw: (room) => {
      const columns = room.narrow ? 1 : Math.max(1, drawn.length);
      const y = lossDomain(drawn.flatMap(({ panel }) => panel.points.map(({ loss }) => loss)));
      return {
        legend: [{ entries }],
        columns,
        panels: drawn.map(({ panel, axis }) => {
          const behind = panel === data.compute ? curves : [];
          return lawPanel(panel, behind, { axis, y, columns }, room, options);
        }),
      };
    },
  });
}

function lawPanel(
  { points, law, former }: KaplanPanel,
  curves: readonly { readonly run: RunCurve; readonly line: ReturnType<typeof smoothedCurve> }[],
  place: {
    readonly axis: (domain: readonly [number, number], length: number) => Axis;
    readonly y: readonly [number, number];
    readonly columns: number;
  },
  room: Room,
  options: FigureOptions,
): Panel {
  const { y, columns } = place;
  const term = termsIn(options);
  const height = room.narrow ? 250 : 300;
  const at = points.map((point) => point.x);
  const x = logDomain([...at, ...curves.flatMap(({ line }) => line.map(({ flops }) => flops))], 0.05);
  return {
    height,
    marginLeft: 42,
    marginRight: 14,
    marginTop: 24,
    marginBottom: 38,
    x: place.axis(x, room.width / columns - 56),
    y: lossAxis(term.loss(lossUnitText(options)), y, height - 62),
    marks: [
      ...curves.map(({ run, line }) =>
        Plot.line(line, {
          x: "flops",
          y: "loss",
          stroke: faintInk,
          strokeWidth: 1,
          strokeOpacity: 0.35,
          ...runLine(run, options),
        }),
      ),
      ...(law === undefined ? [] : lawOf(law, [Math.min(...at), Math.max(...at)], { x, y })),
      formerLine(
        former ? logSpace(x[0], x[1], 48).map((at) => ({ x: at, y: (former.scale / at) ** former.exponent })) : [],
        { x, y },
      ),
      Plot.dot(points, {
        x: "x",
        y: "loss",
        r: 3,
        fill: categoryColor(0),
        stroke: background,
        strokeWidth: 0.5,
        title: (point: (typeof points)[number]) => `${point.name}\n${term.lossOf(formatLoss(point.loss, 4))}`,
        ...runDots(points, options),
      }),
    ],
  };
}

/** As far above the points again as they lie apart: where curves begin, far above, no law is to be seen. */
function lossDomain(losses: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  return logDomain([low, high * (high / low)], 0.06);
}

/** Only as far as the law stays among the losses that are drawn. */
function lawOf(law: ScaleLaw, fitted: readonly [number, number], { x, y }: LogFrame): Plot.Markish[] {
  const [lowest, highest] = y.map((loss) => law.scale / loss ** (1 / law.exponent)) as [number, number];
  const inside: readonly [number, number] = [Math.max(x[0], highest), Math.min(x[1], lowest)];
  const value = (amount: number): number => (law.scale / amount) ** law.exponent;
  return lawMarks({ value, fitted, ...(law.band ? { band: law.band } : {}) }, { x: inside, y }, ink, 1.75);
}
