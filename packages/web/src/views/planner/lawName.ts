import { inLocale, locale } from "../../i18n/locale.js";
import { titleOf } from "../../i18n/publishedLaws.js";
import { fitName } from "../../state/fitNames.js";
import type { Choice } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";

/** What a law is called, short: published ones go by the name that the command line has for them. */
export function lawName({ kind, name, fitted }: Choice): string {
  const t = inLocale(plannerTexts);
  if (kind === "own") return t.own;
  return kind === "fit" ? t.fitOf(fitted ? fitName(fitted, locale.value) : name) : name;
}

/** A published law's title in the language of the page. */
export function lawTitle({ kind, law }: Choice): string | undefined {
  return kind === "published" && law ? titleOf(law, locale.value) : undefined;
}
