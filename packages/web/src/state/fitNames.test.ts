import { fitParametric, orThrow } from "@isoflop/laws";
import { expect, it } from "vitest";
import { plantedStudy } from "../views/data/planted.js";
import { fitSource } from "./fitNames.js";

it("says of how many runs a fit is, and how many the reader has left out of it", () => {
  const { records } = plantedStudy(1, "planted");
  const fit = orThrow(fitParametric(records.slice(2), { resamples: 0 }));
  const runs = records.length - 2;
  expect(fitSource({ fit }, "en")).toBe(`${runs} runs`);
  expect(fitSource({ fit, leftOut: 2 }, "en")).toBe(`${runs} runs, 2 left out`);
  expect(fitSource({ fit, leftOut: 2 }, "ja")).toBe(`ラン ${runs} 個 (2 個を除外)`);
});
