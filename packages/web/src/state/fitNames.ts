import type { Locale } from "../i18n/locale.js";
import type { FittedLaw } from "./fittedLaws.js";

interface Names {
  readonly of: (study: string, procedure: string) => string;
  readonly procedures: Readonly<Record<FittedLaw["fit"]["approach"], string>>;
  readonly source: (runs: string, base: string | undefined, leftOut: number) => string;
  /** The base that was fitted to the same study. */
  readonly ownBase: string;
}

const names: Readonly<Record<Locale, Names>> = {
  en: {
    of: (study, procedure) => `${study}, ${procedure}`,
    procedures: {
      "1": "approach 1",
      "2": "approach 2",
      "3": "approach 3",
      kaplan: "Kaplan's L(N, D)",
      "data-constrained": "data-constrained law",
    },
    source: (runs, base, leftOut) =>
      `${runs} runs${leftOut === 0 ? "" : `, ${leftOut} left out`}${base === undefined ? "" : `, base ${base}`}`,
    ownBase: "single-epoch runs",
  },
  ja: {
    of: (study, procedure) => `${study}、${procedure}`,
    procedures: {
      "1": "アプローチ 1",
      "2": "アプローチ 2",
      "3": "アプローチ 3",
      kaplan: "Kaplan の L(N, D)",
      "data-constrained": "データ制約付きの法則",
    },
    source: (runs, base, leftOut) =>
      `ラン ${runs} 個${leftOut === 0 ? "" : ` (${leftOut} 個を除外)`}${base === undefined ? "" : `、基礎とした法則: ${base}`}`,
    ownBase: "反復のないランのフィット",
  },
};

/** As the reader knows it: the study and the procedure. */
export const fitName = ({ study, fit }: Pick<FittedLaw, "study" | "fit">, language: Locale): string =>
  names[language].of(study, names[language].procedures[fit.approach]);

/** What it was made from. */
export function fitSource({ fit, leftOut = 0 }: Pick<FittedLaw, "fit" | "leftOut">, language: Locale): string {
  const base = fit.law === "data-constrained" ? fit.base.name : undefined;
  const said = base === names.en.ownBase ? names[language].ownBase : base;
  return names[language].source(String(fit.diagnostics.observations), said, leftOut);
}
