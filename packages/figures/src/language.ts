/** Languages that figures are written in. */
export type Language = "en" | "ja";

/** What every text of one language has in the other. */
export type Translated<Texts> = {
  readonly [Key in keyof Texts]: Texts[Key] extends string
    ? string
    : Texts[Key] extends (...args: infer Args) => string
      ? (...args: Args) => string
      : Translated<Texts[Key]>;
};

/** Puts together the texts of a figure: the compiler sees to it that none is missing in Japanese. */
export const bilingual = <const Texts>(en: Texts, ja: Translated<Texts>) => ({ en, ja });

/** The texts in the language that was asked for, English by default. */
export const inLanguage = <Texts>(
  both: { readonly en: Texts; readonly ja: Translated<Texts> },
  { language = "en" }: { readonly language?: Language },
): Translated<Texts> => both[language] as Translated<Texts>;
