import { readFileSync } from "node:fs";
import { createRandom } from "@isoflop/laws";
import { expect, it } from "vitest";
import { reportFigures } from "../report/figureFiles.js";
import { plantedReport } from "../report/plantedReport.js";
import { FIGURE_FORMATS, TABLE_FORMATS } from "./exporter.js";
import { EXPORTERS } from "./exporters.js";

const page = readFileSync(new URL("../../../../docs/export.md", import.meta.url), "utf8");

it("docs/export.md names every kind of export and every format", () => {
  for (const { what } of EXPORTERS) expect(page).toMatch(new RegExp(`^\\| .*\`${what}\`.* \\|`, "m"));
  expect(page).toContain(`\`--format ${TABLE_FORMATS.join(",")}\``);
  expect(page).toContain(`\`--figures ${FIGURE_FORMATS.join(",")}\``);
});

it("docs/export.md names every figure's file", () => {
  for (const { name } of reportFigures(plantedReport(createRandom(1).uniform))) expect(page).toContain(`\`${name}\``);
});
