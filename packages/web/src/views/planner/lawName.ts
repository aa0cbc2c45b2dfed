import { inLocale, locale } from "../../i18n/locale.js";
import { titleOf } from "../../i18n/publishedLaws.js";
import { fitName } from "../../state/fitNames.js";
import type { Choice } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";

/**
 * What a law is called, short: published ones go by the name that the command line has for them; a fit says how it counts where that is
 * not N of all parameters and C = 6ND.
 */
export function lawName({ kind, name, fitted, law }: Choice): string {
  const t = inLocale(plannerTexts);
  if (kind === "own") return t.own;
  if (kind === "published") return name;
  const { parameters = "given", flops = "given" } = law?.convention ?? {};
  const counts = [
    ...(parameters === "non-embedding" ? [t.countsN] : []),
    ...(flops === "kaplan" || flops === "hoffmann" ? [t.flopsCounting[flops]] : []),
  ];
  const called = fitted ? fitName(fitted, locale.value) : name;
  return t.fitOf(counts.length === 0 ? called : t.countedBy(called, counts.join(locale.value === "ja" ? "、" : ", ")));
}

/** A published law's title in the language of the page. */
export function lawTitle({ kind, law }: Choice): string | undefined {
  return kind === "published" && law ? titleOf(law, locale.value) : undefined;
}
