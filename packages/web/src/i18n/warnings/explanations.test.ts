// biome-ignore lint/style/noRestrictedImports: the table is a file; the page itself reads none.
import { readFileSync } from "node:fs";
import { codeOf, warningSentences } from "@isoflop/laws/statements";
import { expect, it } from "vitest";
import { explanations } from "./explanations.js";

const page = readFileSync(new URL("../../../../../docs/warnings.md", import.meta.url), "utf8");
const documented = new Map(
  [...page.matchAll(/^\| `([a-z-]+)`\s*\|(.*?)\|(.*?)\|$/gm)].map(([, code = "", meaning = "", remedy = ""]) => [
    code,
    { meaning: meaning.trim(), remedy: remedy.trim() },
  ]),
);

it("explains every code that packages/laws warns by, as docs/warnings.md does", () => {
  const codes = [...new Set(Object.keys(warningSentences).map(codeOf))];
  expect(Object.keys(explanations).sort()).toEqual(codes.sort());
  for (const [code, { en }] of Object.entries(explanations)) expect(en, code).toEqual(documented.get(code));
});

it("says in Japanese what is to be typed as the English does", () => {
  const typed = (text: string) => (text.match(/`[^`]+`/g) ?? []).sort();
  for (const [code, { en, ja }] of Object.entries(explanations)) {
    expect(`${ja.meaning}${ja.remedy}`, code).toMatch(/[\u3040-\u30ff].*。$/);
    expect(typed(ja.meaning + ja.remedy), code).toEqual(typed(en.meaning + en.remedy));
  }
});
