import { fitIsoflop, fitParametric, isIsoflopError, orThrow } from "@isoflop/laws";
import { errorSentences, refuseBy, warnBy, warningSentences } from "@isoflop/laws/statements";
import { describe, expect, it } from "vitest";
import { plantedStudy } from "../../views/data/planted.js";
import { sampleErrors, sampleWarnings } from "./sampleValues.js";
import { refusalText, warningText } from "./statementText.js";

type Values = readonly unknown[];
const warn = warnBy(warningSentences);
const refuse = refuseBy(errorSentences);
const made = warn as (name: string, ...values: Values) => ReturnType<typeof warn>;
const refused = refuse as (name: string, ...values: Values) => ReturnType<typeof refuse>;
const warnings = Object.entries(sampleWarnings).flatMap(([name, all]) => all.map((values) => made(name, values)));
const errors = Object.entries(sampleErrors).flatMap(([name, all]) => all.map((values) => refused(name, values)));

/** Numbers as they are written in a text: "1.5e+3", "0.42". */
const numbers = (text: string): string[] => text.match(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/g) ?? [];
const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/;
/** English words that a Japanese sentence may hold: names, code and commands. */
const english = (text: string): string[] =>
  (text.match(/\b[a-z]{4,}\b/g) ?? []).filter(
    (word) =>
      !/^(alpha|beta|gamma|isoflop|counting|parameters|embedding|design|seeds|metrics|jsonl|unique|tokens|epochs|base|muennighoff|loss|kaplan|data|chinchilla)$/.test(
        word,
      ),
  );

describe("every warning and refusal of packages/laws", () => {
  it("has a sentence in the samples", () => {
    expect(Object.keys(sampleWarnings).sort()).toEqual(Object.keys(warningSentences).sort());
    expect(Object.keys(sampleErrors).sort()).toEqual(Object.keys(errorSentences).sort());
  });
  it.each(warnings.map((warning) => [warning.message, warning] as const))("in Japanese: %s", (message, warning) => {
    const { text, lang } = warningText(warning, "ja");
    expect(lang).toBeUndefined();
    expect(text).toMatch(japanese);
    expect(text).toMatch(/。$/);
    expect(text).not.toMatch(/undefined|NaN|\[object/);
    expect(english(text)).toEqual([]);
    // Whatever number the English tells, the Japanese tells, too.
    const told = numbers(text);
    for (const number of numbers(message)) expect(told, text).toContain(number);
  });
  it.each(errors.map((error) => [error.message, error] as const))("in Japanese: %s", (message, error) => {
    const { text, lang } = refusalText(error, "ja");
    expect(lang).toBeUndefined();
    expect(text).toMatch(/。$/);
    expect(english(text)).toEqual([]);
    const told = numbers(text);
    for (const number of numbers(message)) expect(told, text).toContain(number);
  });
});

describe("a warning", () => {
  const records = plantedStudy(1, "planted").records.filter((_, index) => index % 3 === 0);
  const fits = [orThrow(fitParametric(records, { resamples: 0 })), fitIsoflop(records, { resamples: 0 })];
  it("keeps its values on the way through JSON", () => {
    const told = fits.flatMap((fit) => (isIsoflopError(fit) ? [] : fit.warnings));
    expect(told.length).toBeGreaterThan(0);
    for (const warning of told) {
      const copy = JSON.parse(JSON.stringify(warning));
      expect(warningText(copy, "ja")).toEqual(warningText(warning, "ja"));
      expect(warningText(copy, "ja").lang).toBeUndefined();
      expect(warningText(copy, "en")).toEqual({ text: warning.message });
    }
  });
  it("of a base says of which runs", () => {
    const warning = warn("narrow-compute-range", { decades: 0.42 });
    const text = warningText({ ...warning, statement: { ...warning.statement!, baseRuns: 31 } }, "ja").text;
    expect(numbers(text)).toEqual(expect.arrayContaining(["31", "0.42"]));
  });
  it("without values, or of a later version, is told in English and marked so", () => {
    expect(warningText({ message: "Odd." }, "ja")).toEqual({ text: "Odd.", lang: "en" });
    const unknown = { message: "Odd.", statement: { name: "toString", values: {} } };
    expect(warningText(unknown, "ja")).toEqual({ text: "Odd.", lang: "en" });
    expect(refusalText({ message: "No.", hint: "Do." }, "ja")).toEqual({ text: "No. Do.", lang: "en" });
  });
});
