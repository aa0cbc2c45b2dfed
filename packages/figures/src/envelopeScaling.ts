import { computeIn } from "./compute.js";
import type { EnvelopeScalingData } from "./data.js";
import { formatCount, formatEstimate } from "./format.js";
import { formerEntry } from "./former.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { type Mark, type OptimumPanelData, optimumEntries, optimumPanel } from "./optimumPanel.js";
import { ink } from "./palette.js";
import { leftOutEntry } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Parameters and tokens along the envelope",
    laws: (a: string, b: string) => `N_opt grows as C to the power ${a}, D_opt as C to the power ${b} (95 % intervals)`,
    forecast: (flops: string, parameters: string, tokens: string) =>
      ` At ${flops} this asks for ${parameters} parameters and ${tokens} tokens.`,
    points: (used: number, edge: number, runs: number) =>
      `Fitted to ${used} points of ${runs} ${runs === 1 ? "run" : "runs"}${edge > 0 ? `; ${edge} more (hollow) belong to the smallest or the largest size and are not used` : ""}.`,
    caption: (laws: string, forecast: string, points: string) =>
      `Size and tokens of the run whose training curve is the lowest at each compute (Approach 1): ${laws}.${forecast} ${points}`,
    description: (laws: string, forecast: string, points: string) => `${laws}.${forecast} ${points}`,
    used: "lowest curve at this compute",
    edge: "smallest or largest size, not used",
  },
  {
    title: "包絡線に沿ったパラメータ数とトークン数",
    laws: (a, b) => `N_opt は C の ${a} 乗、D_opt は C の ${b} 乗で増える (95% 信頼区間)`,
    forecast: (flops, parameters, tokens) =>
      `${flops} ではパラメータ数 ${parameters}、トークン数 ${tokens} が最適となる。`,
    points: (used, edge, runs) =>
      `${runs} 個のランの ${used} 点へのフィット${edge > 0 ? `。ほかの ${edge} 点 (中抜き) は最小または最大のサイズのもので使わない` : ""}。`,
    caption: (laws, forecast, points) =>
      `各計算量で学習曲線が最も低いランのサイズとトークン数 (アプローチ 1): ${laws}。${forecast}${points}`,
    description: (laws, forecast, points) => `${laws}。${forecast}${points}`,
    used: "その計算量で最も低い曲線",
    edge: "最小または最大のサイズ (不使用)",
  },
);

/** N_opt and D_opt against C by the envelope of training curves: Hoffmann et al. 2022, Figure 2 centre and right. */
export function envelopeScaling(data: EnvelopeScalingData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const { points, parametersLaw, tokensLaw, former, forecast } = data;
  const used = points.filter((point) => point.status === "used");
  const edge = points.filter((point) => point.status === "edge");
  const laws = text.laws(
    formatEstimate(parametersLaw.exponent, parametersLaw.exponentInterval),
    formatEstimate(tokensLaw.exponent, tokensLaw.exponentInterval),
  );
  const extrapolated = forecast
    ? text.forecast(unit.text(forecast.flops), formatCount(forecast.parameters), formatCount(forecast.tokens))
    : "";
  const drawn = {
    used: used.length,
    edge: edge.length,
    runs: new Set(used.map((point) => point.id ?? point.name)).size,
  };
  const counts = data.counts ?? drawn;
  const fitted = text.points(counts.used, counts.edge, counts.runs);

  const entries: LegendEntry[] = [{ label: text.used, mark: "dot", color: ink }];
  if (edge.length > 0) entries.push({ label: text.edge, mark: "ring", color: ink });
  entries.push(...optimumEntries(data, options));
  entries.push(...leftOutEntry(options), ...formerEntry(options));

  const panelData = (label: string, quantity: "parameters" | "tokens"): OptimumPanelData => {
    const mark = (point: (typeof points)[number]): Mark => ({
      ...(point.id === undefined ? {} : { id: point.id }),
      name: `${point.name}\n${term.size(formatCount(point.parameters), formatCount(point.tokens))}`,
      budget: point.flops,
      value: point[quantity],
      interval: undefined,
    });
    return {
      label,
      law: quantity === "parameters" ? parametersLaw : tokensLaw,
      former: quantity === "parameters" ? former?.parametersLaw : former?.tokensLaw,
      fitted: used.map(mark),
      unusable: edge.map(mark),
      forecast: forecast
        ? [
            {
              budget: forecast.flops,
              value: forecast[quantity],
              interval: quantity === "parameters" ? forecast.parametersInterval : forecast.tokensInterval,
            },
          ]
        : [],
      heldOut: [],
      radius: 2.75,
    };
  };
  return frame(options, {
    name: "envelope-scaling",
    title: text.title,
    caption: text.caption(laws, extrapolated, fitted),
    description: text.description(laws, extrapolated, fitted),
    draw: (room) => {
      const compute = logDomain(
        [...points, ...(forecast ? [forecast] : [])].map(({ flops }) => flops),
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
