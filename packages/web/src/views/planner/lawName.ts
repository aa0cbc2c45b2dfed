import { inLocale, locale } from "../../i18n/locale.js";
import { JAPANESE_LAWS } from "./lawTexts.js";
import type { Choice } from "./planLaw.js";
import { plannerTexts } from "./plannerTexts.js";

/** What a law is called, short: published ones go by the name that the command line has for them. */
export function lawName({ kind, name }: Choice): string {
  const t = inLocale(plannerTexts);
  if (kind === "own") return t.own;
  return kind === "fit" ? t.fitOf(name) : name;
}

/** A published law's title in the language of the page. */
export function lawTitle({ kind, name, law }: Choice): string | undefined {
  if (kind !== "published") return undefined;
  return (locale.value === "ja" ? JAPANESE_LAWS[name]?.title : undefined) ?? law?.title;
}
