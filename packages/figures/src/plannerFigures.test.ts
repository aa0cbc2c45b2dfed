import { describe, expect, it } from "vitest";
import { modelMapOf, valley } from "./fixtures/plannerData.js";
import { seeded } from "./fixtures/seeded.js";
import type { FigureOptions } from "./frame.js";
import { lossValley, modelMap, plantedStudy, serverDocument } from "./index.js";

const map = modelMapOf(plantedStudy(seeded(7)).publishedModels.models);
const options = (widths: readonly number[] = [360, 720]): FigureOptions => ({ document: serverDocument(), widths });

describe("the loss valley", () => {
  it("tells each law's optimum and the sizes that cost little, in words", () => {
    expect(lossValley(valley, options()).querySelector("figcaption")?.textContent).toContain(
      "two: optimum 10B parameters; from 7B to 14B cost at most 1 % more compute.",
    );
  });

  it("numbers several laws, so that no colour is needed to tell them apart", () => {
    const texts = (figure: Element) => [...figure.querySelectorAll("text")].map((text) => text.textContent);
    expect(texts(lossValley(valley, options([720]))).filter((text) => text === "2" || text === "2 two")).toHaveLength(
      3,
    );
    const alone = lossValley({ ...valley, laws: valley.laws.slice(0, 1) }, options([720]));
    expect(texts(alone)).toContain("one");
    expect(texts(alone)).not.toContain("1");
    expect(texts(modelMap(map, options([720]))).filter((text) => text === "1" || text === "1 one")).toHaveLength(4);
  });

  it("ends a line of extra compute where that reaches 100 %, and draws none where no compute suffices", () => {
    const titles = [...lossValley(valley, { ...options([720]), measure: "compute" }).querySelectorAll("title")];
    // Of five sizes one has no extra compute and one lies at 160 %: that one is drawn at 100 %.
    expect(titles.filter((title) => title.textContent?.startsWith("one\nN")).length).toBe(3);
    expect(titles.filter((title) => title.textContent === "one\n100 % more compute").length).toBe(1);
  });
});

describe("the map of models", () => {
  it("tells what each law asks for, and names every model for those who point at it", () => {
    const figure = modelMap(map, options([720]));
    expect(figure.querySelector("figcaption")?.textContent).toContain(
      "one asks for 10B parameters on 167B tokens; two asks for 20B parameters on 83.3B tokens",
    );
    const titles = [...figure.querySelectorAll("title")].map((title) => title.textContent?.split("\n")[0]);
    for (const { name } of map.models) expect(titles).toContain(name);
    expect(titles).toEqual(
      expect.arrayContaining([
        "one: optimum for the budget",
        "one: with serving counted",
        "one: with few unique tokens",
      ]),
    );
  });
});

describe("figures in Japanese", () => {
  it.each([
    ["lossValley", lossValley(valley, { ...options(), language: "ja" })],
    ["modelMap", modelMap(map, { ...options(), language: "ja" })],
  ])("%s: title, axes, legend and description, and says so to readers of the page", (_name, figure) => {
    expect(figure.getAttribute("lang")).toBe("ja");
    const japanese = /[\u3040-\u9fff]/;
    for (const text of [
      figure.querySelector("strong")?.textContent,
      figure.querySelector("svg")?.getAttribute("aria-label"),
    ])
      expect(text).toMatch(japanese);
    const labels = [...figure.querySelectorAll("text")].map((text) => text.textContent ?? "");
    expect(labels.some((label) => label === "パラメータ数 N")).toBe(true);
    const names = map.models.map(({ name }) => name);
    const english = labels.filter((label) => /[a-z]{4,}/.test(label) && !japanese.test(label));
    expect(english.filter((label) => !names.includes(label))).toEqual([]);
  });
});
