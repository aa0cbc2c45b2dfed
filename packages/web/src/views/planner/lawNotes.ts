import type { NamedLaw } from "@isoflop/laws";
import type { Locale } from "../../i18n/locale.js";
import { JAPANESE_LAWS } from "../../i18n/publishedLaws.js";
import { type Said, warningText } from "../../i18n/warnings/statementText.js";
import type { Choice } from "./planLaw.js";

/** What to know of a law: what its fit and the runs of it warn of, or what its paper leaves to be said. */
export function notesOf({ fit, fitted, name }: Choice, law: NamedLaw, language: Locale): readonly Said[] {
  if (fit) return [...(fitted?.warnings ?? []), ...fit.warnings].map((warning) => warningText(warning, language));
  const translated = language === "ja" ? JAPANESE_LAWS[name]?.notes : undefined;
  return translated?.map((text) => ({ text })) ?? law.notes.map((text) => ({ text, lang: "en" as const }));
}
