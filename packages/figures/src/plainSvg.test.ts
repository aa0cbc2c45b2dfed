import { expect, it } from "vitest";
import { figurePlainSvg, forecastCheck, publishedModels, type TextOutline } from "./index.js";
import { publishedModelsExample } from "./publishedModelsExample.js";

const row = { role: "optimum" as const, parameters: 1e6, tokens: 1e7, predicted: 2.5 };
const forecast = { budget: 6e13, rows: [{ ...row, label: "a <b> & var(--isoflop-ink, #000)" }] };

it("has colours, font and background as plain attributes, in either theme, and leaves texts alone", () => {
  for (const [theme, background] of [
    ["light", "#ffffff"],
    ["dark", "#14171a"],
  ] as const) {
    const svg = figurePlainSvg(forecastCheck, forecast, { theme, fontFamily: "Some Font" });
    expect(svg).not.toMatch(/<style|currentColor|="var\(/);
    expect(svg).toContain('font-family="Some Font"');
    expect(/<rect [^>]*>/.exec(svg)?.[0]).toContain(`fill="${background}"`);
    expect(svg).toContain("a &lt;b&gt; &amp; var(--isoflop-ink, #000)");
  }
});

it("draws halos as outlines where asked, behind texts that stay texts, each once", () => {
  const outline: TextOutline = (text, bold) => ({
    path: `M0,0H${text.length}${bold ? "V1" : ""}`,
    advance: text.length,
  });
  const published = publishedModelsExample();
  const svg = figurePlainSvg(publishedModels, published, { theme: "light", fontFamily: "F", outline });
  for (const { name } of published.models) {
    const words = [...svg.matchAll(new RegExp(`<text([^>]*)>${name}</text>`, "g"))];
    expect(words).toHaveLength(1);
    expect(words[0]?.[1]).toContain('stroke="none"');
    expect(svg).toContain(`d="M0,0H${name.length}V1"`);
  }
});
