import { createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import { figureFiles } from "./figureFiles.js";
import { plantedReport } from "./plantedReport.js";

test("every figure of a whole report is a self-contained SVG file; without data there is none", () => {
  const report = plantedReport(createRandom(1).uniform);
  const files = figureFiles(report);
  expect(files.size).toBe(18);
  for (const svg of files.values()) {
    expect(svg).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toMatch(/(href|src)="http|NaN|undefined/);
  }
  const { forecast: _, ...unforecast } = report;
  expect([...figureFiles({ ...unforecast, figures: {} }).keys()]).toEqual([]);
});
