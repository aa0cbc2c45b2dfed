import * as Plot from "@observablehq/plot";
import { lossAxis } from "./axes.js";
import { computeIn } from "./compute.js";
import { smoothedCurve } from "./curve.js";
import type { KaplanComputeData } from "./data.js";
import { formatEstimate, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { runLine } from "./runMarks.js";
import { terms } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "Loss against compute, Kaplan-style",
    result: (exponent: string, flops: string) => `Loss falls as C to the power −${exponent} with C_c = ${flops}.`,
    check: (flops: string, law: string, label: string, measured: string) =>
      ` At ${flops} the law says ${law}; measured (${label}): ${measured}.`,
    caption: (result: string) => `A pure power law through the least losses, without irreducible loss. ${result}`,
    curve: "training curve",
    least: "least loss",
  },
  {
    title: "損失と計算量 (Kaplan 流)",
    result: (exponent, flops) => `損失は C の −${exponent} 乗で下がり、C_c = ${flops}。`,
    check: (flops, law, label, measured) =>
      `${flops} では、べき乗則による損失は ${law}、実測 (${label}) は ${measured}。`,
    caption: (result) => `最小損失を通る純粋なべき乗則。既約損失は含まない。${result}`,
    curve: "学習曲線",
    least: "最小損失",
  },
);

const heldOutColor = categoryColor(1);

/** Least loss against compute with L = (C_c/C)^alpha: Kaplan et al. 2020, Figure 1 left and eq. 1.3. */
export function kaplanCompute(data: KaplanComputeData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const { minima, law, heldOut } = data;
  const curves = (data.curves ?? [])
    .map((run) => ({ run, line: smoothedCurve(run) }))
    .filter(({ line }) => line.length > 0);
  const value = (flops: number): number => (law.criticalFlops / flops) ** law.exponent;
  const result = text.result(formatEstimate(law.exponent, law.exponentInterval), unit.text(law.criticalFlops));
  const check = heldOut
    ? text.check(unit.text(heldOut.flops), formatLoss(value(heldOut.flops)), heldOut.label, formatLoss(heldOut.loss))
    : "";
  const entries: LegendEntry[] = [];
  if (curves.length > 0) entries.push({ label: text.curve, mark: "line", color: faintInk });
  entries.push(
    { label: text.least, mark: "dot", color: categoryColor(0) },
    { label: term.powerLaw, mark: "line", color: ink },
  );
  if (heldOut) entries.push({ label: term.extrapolated, mark: "dashes", color: ink });
  if (law.band) entries.push({ label: term.band, mark: "band", color: ink });
  if (heldOut) entries.push({ label: heldOut.label, mark: "diamond", color: heldOutColor });

  return frame(options, {
    name: "kaplan-compute",
    title: text.title,
    caption: `${text.caption(result)}${check}`,
    description: `${result}${check}`,
    draw: ({ width, narrow }) => {
      const height = narrow ? 310 : 380;
      const fitted = minima.map((point) => point.flops);
      const [from, to] = [Math.min(...fitted), Math.max(...fitted)];
      const reach = heldOut ? Math.max(to, heldOut.flops) : to;
      const x = logDomain([from, reach, ...curves.flatMap(({ line }) => line.map((point) => point.flops))], 0.04);
      const y = logDomain(
        [
          ...minima.map((point) => point.loss),
          value(from),
          value(reach),
          ...(heldOut ? [heldOut.loss] : []),
          ...curves.flatMap(({ line }) => line.map((point) => point.loss)),
        ],
        0.04,
      );
      const lawLine = (low: number, high: number): { flops: number; loss: number }[] =>
        high > low ? logSpace(low, high, 24).map((flops) => ({ flops, loss: value(flops) })) : [];
      const band = (law.band ?? []).filter((point) => point.flops >= x[0] && point.flops <= x[1]);
      return {
        legend: [{ entries }],
        panels: [
          {
            height,
            marginLeft: 42,
            marginRight: 16,
            marginTop: 24,
            marginBottom: 38,
            x: unit.axis(term.trainingCompute(unit.counted), x, width - 58),
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
              Plot.areaY(
                band.map((point) => ({ ...point, low: Math.max(point.low, y[0]), high: Math.min(point.high, y[1]) })),
                { x: "flops", y1: "low", y2: "high", fill: ink, fillOpacity: 0.14 },
              ),
              Plot.line(lawLine(from, to), { x: "flops", y: "loss", stroke: ink, strokeWidth: 1.75 }),
              Plot.line(lawLine(to, reach), {
                x: "flops",
                y: "loss",
                stroke: ink,
                strokeWidth: 1.75,
                strokeDasharray: "5 3",
              }),
              Plot.dot(minima, {
                x: "flops",
                y: "loss",
                r: 3,
                fill: categoryColor(0),
                stroke: background,
                strokeWidth: 0.5,
              }),
              Plot.dot(heldOut ? [heldOut] : [], {
                x: "flops",
                y: "loss",
                r: 7,
                symbol: "diamond",
                fill: heldOutColor,
                stroke: background,
              }),
            ],
          },
        ],
      };
    },
  });
}
