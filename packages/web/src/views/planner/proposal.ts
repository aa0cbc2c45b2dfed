import { lossUnitText } from "@isoflop/figures/lossUnit";
import { formatCount, formatFlops, type Interval } from "@isoflop/laws";
import { fitName, fitSource } from "../../state/fitNames.js";
import type { Budget, Hardware } from "./budget.js";
import {
  formatCost,
  formatFactor,
  formatInterval,
  formatLoss,
  formatPercent,
  formatPlain,
  type Language,
  spanOf,
} from "./format.js";
import { type LawPlan, TOLERATED, type WithoutIntervals } from "./planLaw.js";
import type { Currency } from "./state.js";
import { leavesOut, wholeModel } from "./wholeModel.js";

/** What a proposal's paragraph is made of. */
export interface ProposalFacts {
  readonly budget: Budget;
  readonly hardware: Hardware;
  readonly currency: Currency;
  readonly plans: readonly LawPlan[];
}

const NO_INTERVAL: Readonly<Record<Language, Readonly<Record<WithoutIntervals, string>>>> = {
  en: {
    published: "The constants are point estimates, so no interval can be given.",
    own: "The constants are point estimates, so no interval can be given.",
    noDraws: "The fit comes without draws, so no interval can be given.",
    heldBase: "The fit held its base law fixed, so no interval can be given.",
  },
  ja: {
    published: "定数は点推定値のみであるため、信頼区間は示せない。",
    own: "定数は点推定値のみであるため、信頼区間は示せない。",
    noDraws: "このフィットにはブートストラップ標本がないため、信頼区間は示せない。",
    heldBase: "このフィットでは基礎となる法則を固定したため、信頼区間は示せない。",
  },
};

const SOURCES = { kaplan: "Kaplan et al. 2020", hoffmann: "Hoffmann et al. 2022" } as const;

const SPANS = {
  en: { days: " days", hours: " hours", minutes: " minutes", seconds: " seconds" },
  ja: { days: " 日間", hours: " 時間", minutes: " 分間", seconds: " 秒間" },
} as const;

function time(days: number, language: Language): string {
  const { unit, value } = spanOf(days);
  return `${formatPlain(Number(value.toPrecision(3)), language)}${SPANS[language][unit]}`;
}

type Sentences = (facts: ProposalFacts) => string[];

const SENTENCES: Readonly<Record<Language, Sentences>> = {
  en: ({ budget, hardware, currency, plans }) => [
    `The budget is ${formatFlops(budget.flops)} training FLOPs (${formatCount(budget.pfDays)} PF-days): ${time(budget.days, "en")} on ${formatPlain(hardware.count, "en")} ${hardware.accelerator.name} at ${formatPercent(hardware.mfu)} % MFU, ${formatCount(budget.acceleratorHours)} accelerator-hours${budget.cost === undefined ? "" : `, ${formatCost(budget.cost, currency, "en")}`}.`,
    ...plans.map(({ choice, law, made, reach, valley }) => {
      const { parameters, tokens, loss, intervals95 } = made.optimum;
      const between = (interval: Interval | undefined, write: (value: number) => string) =>
        interval === undefined ? "" : ` (95 % interval ${formatInterval(interval, write)})`;
      const source =
        choice.kind === "own" && law.chinchilla
          ? `L = ${constants(law.chinchilla)}`
          : choice.fitted
            ? `${fitName(choice.fitted, "en")} (${fitSource(choice.fitted, "en")})`
            : law.source;
      const sentences = [
        `By ${source}, the compute-optimal model has ${formatCount(parameters)} parameters${between(intervals95?.parameters, formatCount)} trained on ${formatCount(tokens)} tokens${between(intervals95?.tokens, formatCount)}, ${formatPlain(Number((tokens / parameters).toPrecision(3)), "en")} tokens per parameter${loss === undefined ? "" : `, at an expected loss of ${formatLoss(loss)} ${lossUnitText({ language: "en", ...choice.fitted })}${between(intervals95?.loss, formatLoss)}`}.`,
      ];
      if (leavesOut(law)) {
        const whole = wholeModel(law, choice.embeddings);
        const by = { shapes: "for shapes as those of its runs", "pearce-song": "by Pearce & Song 2024" };
        sentences.push(
          `This counts parameters without embeddings${whole === undefined ? "" : `; with them the model has about ${formatCount(whole.of(parameters))}, ${by[whole.by]}`}.`,
        );
      }
      const { flops } = law.convention;
      if (flops === "kaplan" || flops === "hoffmann")
        sentences.push(`Its compute is counted as by ${SOURCES[flops]}, not as 6ND.`);
      if (intervals95 === undefined) sentences.push(NO_INTERVAL.en[choice.reason]);
      if (valley?.withinCompute)
        sentences.push(
          `Sizes of ${formatInterval(valley.withinCompute, formatCount)} parameters reach the same loss for at most ${formatPercent(TOLERATED.extraCompute)} % more compute.`,
        );
      if (reach.side === "above")
        sentences.push(
          `This extrapolates to ${formatFactor(reach.factor, "en")} times the largest compute that the law was fitted to.`,
        );
      if (reach.side === "below")
        sentences.push(
          `This extrapolates to ${formatFactor(reach.factor, "en")} times less than the smallest compute that the law was fitted to.`,
        );
      return sentences.join(" ");
    }),
  ],
  ja: ({ budget, hardware, currency, plans }) => [
    `学習の計算予算は ${formatFlops(budget.flops)} FLOPs(${formatCount(budget.pfDays)} PF-days)であり、${hardware.accelerator.name} ${formatPlain(hardware.count, "ja")} 基を MFU ${formatPercent(hardware.mfu)}% で ${time(budget.days, "ja")}使用することに相当する(延べ ${formatCount(budget.acceleratorHours)} アクセラレータ時間${budget.cost === undefined ? "" : `、費用 ${formatCost(budget.cost, currency, "ja")}`})。`,
    ...plans.map(({ choice, law, made, reach, valley }) => {
      const { parameters, tokens, loss, intervals95 } = made.optimum;
      const between = (interval: Interval | undefined, write: (value: number) => string) =>
        interval === undefined ? "" : `(95% 信頼区間 ${formatInterval(interval, write)})`;
      const source =
        choice.kind === "own" && law.chinchilla
          ? `L = ${constants(law.chinchilla)}`
          : choice.fitted
            ? `${fitName(choice.fitted, "ja")}(${fitSource(choice.fitted, "ja")})`
            : law.source;
      const sentences = [
        `${source} のスケーリング則によれば、計算最適なモデルのパラメータ数は ${formatCount(parameters)}${between(intervals95?.parameters, formatCount)}、学習トークン数は ${formatCount(tokens)}${between(intervals95?.tokens, formatCount)}(1 パラメータあたり ${formatPlain(Number((tokens / parameters).toPrecision(3)), "ja")} トークン)${loss === undefined ? "" : `で、損失の予測値は ${formatLoss(loss)} ${lossUnitText({ language: "ja", ...choice.fitted })}${between(intervals95?.loss, formatLoss)}`}である。`,
      ];
      if (leavesOut(law)) {
        const whole = wholeModel(law, choice.embeddings);
        const by = { shapes: "推定に用いたランと同様の形状の場合", "pearce-song": "Pearce & Song 2024 による" };
        sentences.push(
          `このパラメータ数は埋め込みを除くものである${whole === undefined ? "" : `(埋め込みを含めると約 ${formatCount(whole.of(parameters))}、${by[whole.by]})`}。`,
        );
      }
      const { flops } = law.convention;
      if (flops === "kaplan" || flops === "hoffmann")
        sentences.push(`計算量は 6ND ではなく ${SOURCES[flops]} の数え方による。`);
      if (intervals95 === undefined) sentences.push(NO_INTERVAL.ja[choice.reason]);
      if (valley?.withinCompute)
        sentences.push(
          `パラメータ数が ${formatInterval(valley.withinCompute, formatCount)} の範囲であれば、同じ損失に達するための計算量の増加は ${formatPercent(TOLERATED.extraCompute)}% 以内である。`,
        );
      if (reach.side === "above")
        sentences.push(
          `なお、この予算は当該スケーリング則の推定に用いられた最大の計算量の ${formatFactor(reach.factor, "ja")} 倍にあたり、結果は外挿である。`,
        );
      if (reach.side === "below")
        sentences.push(
          `なお、この予算は当該スケーリング則の推定に用いられた最小の計算量の ${formatFactor(reach.factor, "ja")} 分の 1 にあたり、結果は外挿である。`,
        );
      return sentences.join("");
    }),
  ],
};

function constants({ E, A, B, alpha, beta }: NonNullable<LawPlan["law"]["chinchilla"]>): string {
  return `${E} + ${A}/N^${alpha} + ${B}/D^${beta}`;
}

/** The paragraph to paste into a proposal: the budget, and the optimum by each law with its interval and its source. */
export function proposal(facts: ProposalFacts, language: Language): string {
  return SENTENCES[language](facts).join(language === "ja" ? "" : " ");
}
