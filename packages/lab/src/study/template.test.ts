import { expect, it } from "vitest";
import { corpus } from "../fixtures/corpus.js";
import { checkDesign } from "./check.js";
import { parseStudy } from "./parse.js";
import { resolveRuns } from "./resolve.js";
import { studyTemplate } from "./template.js";

it.each(["isoflop", "envelope", "ladder", "kaplan", "epochs", "grid", "runs"] as const)(
  "the study file that init writes for %s parses, resolves and is no design that it warns of",
  (design) => {
    const made = parseStudy(studyTemplate({ name: "mine", corpus: "texts", design }), "study.yaml");
    const runs = resolveRuns(made, corpus);
    expect(made.design.kind).toBe(design);
    const warnings = checkDesign(made, runs).map(({ code }) => code);
    expect(warnings).toEqual(design === "runs" ? ["design-narrow"] : []);
  },
);

it("the study file that init writes is one that parses and resolves", () => {
  const made = parseStudy(studyTemplate({ name: "mine", corpus: "texts" }), "study.yaml");
  expect(resolveRuns(made, corpus).length).toBe(5 * 7);
});
