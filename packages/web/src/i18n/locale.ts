import { effect } from "@preact/signals";
import { preference } from "../state/preference.js";

export const LOCALES = ["en", "ja"] as const;
export type Locale = (typeof LOCALES)[number];

/** The language of the page: the reader's choice, else the browser's. */
export const locale = preference<Locale>("language", LOCALES, navigator.language.startsWith("ja") ? "ja" : "en");

effect(() => {
  document.documentElement.lang = locale.value;
});

/** What every text of one language has in the other. */
export type Translated<Texts> = {
  readonly [Key in keyof Texts]: Texts[Key] extends string
    ? string
    : Texts[Key] extends (...args: infer Args) => string
      ? (...args: Args) => string
      : Translated<Texts[Key]>;
};

/** The texts of a part of the page, in each language. */
export type TextsOf<Texts> = { readonly en: Texts; readonly ja: Translated<Texts> };

/** Puts together the texts of a part of the page: the compiler sees to it that none is missing in Japanese. */
export const texts = <const Texts>(en: Texts, ja: Translated<Texts>): TextsOf<Texts> => ({ en, ja });

/** The texts in the language of the page. Read while rendering, so that a switch renders anew. */
export const inLocale = <Texts>(both: TextsOf<Texts>): Translated<Texts> => both[locale.value] as Translated<Texts>;

/** A number of things in English: "1 run", "2 runs". */
export const many = (count: string, thing: string): string => `${count} ${thing}${count === "1" ? "" : "s"}`;

/** A text in which a name of a file may stand, without the characters by which that would turn the direction of the rest. */
export const unturned = (text: string): string =>
  text.replaceAll(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
