import { computeIn } from "./compute.js";
import type { OptimumScalingData } from "./data.js";
import { formatCount, formatEstimate } from "./format.js";
import { formerEntry } from "./former.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { type Mark, type OptimumPanelData, optimumEntries, optimumPanel } from "./optimumPanel.js";
import { categoryColor, ink } from "./palette.js";
import { termsIn } from "./terms.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Compute-optimal parameters and tokens",
    laws: (a: string, b: string) => `N_opt grows as C to the power ${a}, D_opt as C to the power ${b} (95 % intervals)`,
    forecast: (flops: string, parameters: string, tokens: string) =>
      ` At ${flops} this asks for ${parameters} parameters and ${tokens} tokens.`,
    fitted: (used: number, unused: number) =>
      `Fitted to ${used} minim${used === 1 ? "um" : "a"}${unused > 0 ? `, ${unused} more not used (hollow)` : ""}.`,
    caption: (laws: string, forecast: string, fitted: string) =>
      `Power laws through the minima of the isoFLOP profiles: ${laws}.${forecast} ${fitted}`,
    description: (laws: string, forecast: string, fitted: string) => `${laws}.${forecast} ${fitted}`,
    minimum: "minimum of a budget",
    unused: "minimum not used",
    trained: (label: string) => `trained: ${label}`,
  },
  {
    title: "計算最適なパラメータ数とトークン数",
    laws: (a, b) => `N_opt は C の ${a} 乗、D_opt は C の ${b} 乗で増える (95% 信頼区間)`,
    forecast: (flops, parameters, tokens) =>
      `${flops} ではパラメータ数 ${parameters}、トークン数 ${tokens} が最適となる。`,
    fitted: (used, unused) =>
      `${used} 個の極小へのフィット${unused > 0 ? `、ほかに不使用 ${unused} 個 (中抜き)` : ""}。`,
    caption: (laws, forecast, fitted) => `IsoFLOP プロファイルの極小を通るべき乗則: ${laws}。${forecast}${fitted}`,
    description: (laws, forecast, fitted) => `${laws}。${forecast}${fitted}`,
    minimum: "計算予算の極小",
    unused: "不使用の極小",
    trained: (label) => `学習済み: ${label}`,
  },
);

/** N_opt and D_opt against C with their power laws: Hoffmann et al. 2022, Figure 3 centre and right. */
export function optimumScaling(data: OptimumScalingData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const { minima, parametersLaw, tokensLaw, former, forecast, heldOut = [] } = data;
  const used = minima.filter((minimum) => minimum.status === "fitted");
  const unused = minima.filter((minimum) => minimum.status !== "fitted");
  const laws = text.laws(
    formatEstimate(parametersLaw.exponent, parametersLaw.exponentInterval),
    formatEstimate(tokensLaw.exponent, tokensLaw.exponentInterval),
  );
  const extrapolated = forecast
    ? text.forecast(unit.text(forecast.flops), formatCount(forecast.parameters), formatCount(forecast.tokens))
    : "";
  const fitted = text.fitted(used.length, unused.length);

  const panelData = (label: string, quantity: "parameters" | "tokens"): OptimumPanelData => {
    const intervalKey = quantity === "parameters" ? "parametersInterval" : "tokensInterval";
    const mark = (from: (typeof minima)[number]): Mark => ({
      budget: from.budget,
      value: from[quantity],
      interval: from[intervalKey],
    });
    return {
      label,
      law: quantity === "parameters" ? parametersLaw : tokensLaw,
      former: quantity === "parameters" ? former?.parametersLaw : former?.tokensLaw,
      fitted: used.map(mark),
      unusable: unused.map(mark),
      forecast: forecast
        ? [{ budget: forecast.flops, value: forecast[quantity], interval: forecast[intervalKey] }]
        : [],
      heldOut: heldOut.map((run, index) => ({
        flops: run.flops,
        value: run[quantity],
        color: categoryColor(index === 0 ? 0 : index + 1),
        label: run.label,
        ...(run.id === undefined ? {} : { id: run.id }),
      })),
    };
  };

  const entries: LegendEntry[] = [{ label: text.minimum, mark: "dot", color: ink }];
  if (unused.length > 0) entries.push({ label: text.unused, mark: "ring", color: ink });
  entries.push(...optimumEntries(data, options));
  heldOut.forEach((run, index) => {
    entries.push({ label: text.trained(run.label), mark: "square", color: categoryColor(index === 0 ? 0 : index + 1) });
  });
  entries.push(...formerEntry(options));

  return frame(options, {
    name: "optimum-scaling",
    title: text.title,
    caption: text.caption(laws, extrapolated, fitted),
    description: text.description(laws, extrapolated, fitted),
    draw: (room) => {
      const compute = logDomain(
        [
          ...minima.map((minimum) => minimum.budget),
          ...(forecast ? [forecast.flops] : []),
          ...heldOut.map((run) => run.flops),
        ],
        0.06,
      );
      return {
        legend: [{ entries }],
        columns: room.narrow ? 1 : 2,
        panels: [
          optimumPanel(panelData(term.optimalN, "parameters"), compute, room, options),
          optimumPanel(panelData(term.optimalD, "tokens"), compute, room, options),
        ],
      };
    },
  });
}
