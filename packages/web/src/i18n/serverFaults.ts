import { RefusedRequest } from "../state/api.js";
import { JAPANESE_REFUSALS, JAPANESE_UNCHANGED } from "./japaneseServer.js";
import { inLocale, locale, texts } from "./locale.js";

const faultTexts = texts({ unreachable: "the server does not answer." }, { unreachable: "サーバーが応答しません。" });

/** Why the server did not do what was asked, in the language of the page. */
export function reasonOf(error: unknown): string {
  if (error instanceof RefusedRequest) {
    const known = Object.hasOwn(JAPANESE_REFUSALS, error.code) ? JAPANESE_REFUSALS[error.code] : undefined;
    return (locale.value === "ja" ? known : undefined) ?? error.message;
  }
  // The browser's own words for a server that has gone are of no help.
  if (error instanceof TypeError) return inLocale(faultTexts).unreachable;
  return error instanceof Error ? error.message : String(error);
}

/** The same in the language of the page. */
export const unchangedReason = (reason: string): string =>
  (locale.value === "ja" ? JAPANESE_UNCHANGED[reason] : undefined) ?? reason;
