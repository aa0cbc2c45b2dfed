import type { Refusal, Statement } from "@isoflop/laws/statements";
import type { Locale } from "../locale.js";
import { japaneseErrors } from "./japaneseErrors.js";
import { japaneseWarnings } from "./japaneseWarnings.js";

/** A text, and whether it is English although the page is not. */
export interface Said {
  readonly text: string;
  readonly lang?: "en";
}

interface Stated {
  readonly message: string;
  readonly hint?: string | undefined;
  readonly statement?: Statement | undefined;
}

const sentence = <Text>(catalogue: object, { name, values }: Statement): Text | undefined =>
  Object.hasOwn(catalogue, name)
    ? (catalogue as Readonly<Record<string, (v: unknown) => Text>>)[name]!(values)
    : undefined;

/** A warning in the language of the page; English where it came without its values. */
export function warningText({ message, statement }: Stated, locale: Locale): Said {
  if (locale === "en") return { text: message };
  const said = statement && sentence<string>(japaneseWarnings, statement);
  if (said === undefined) return { text: message, lang: "en" };
  const { baseRuns } = statement!;
  return {
    text: baseRuns === undefined ? said : `基礎とした、反復のないラン ${baseRuns} 個のフィットについて: ${said}`,
  };
}

/** Why there is no fit, and what to do, in the language of the page. */
export function refusalText({ message, hint, statement }: Stated, locale: Locale): Said {
  const whole = (one: Partial<Refusal>): string =>
    [one.message, one.hint].filter(Boolean).join(locale === "ja" ? "" : " ");
  if (locale === "en") return { text: whole({ message, ...(hint !== undefined && { hint }) }) };
  const said = statement && sentence<Refusal>(japaneseErrors, statement);
  if (said !== undefined) return { text: whole(said) };
  return { text: [message, hint].filter(Boolean).join(" "), lang: "en" };
}
