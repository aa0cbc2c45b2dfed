import { fitParametric, orThrow } from "@isoflop/laws";
import { expect, it } from "vitest";
import { PLANTED_NOISE, PLANTED_TRUTH, plantedStudy } from "./planted.js";

it("the made-up study obeys the law that it shows, and its seed alone decides it", () => {
  const study = plantedStudy(7, "planted");
  expect(plantedStudy(7, "planted")).toEqual(study);
  expect(plantedStudy(8, "planted").records).not.toEqual(study.records);
  const { E, A, B, alpha, beta } = PLANTED_TRUTH;
  const errors = [...study.records, ...study.holdouts].map(({ parameters, tokens, loss }) =>
    Math.log(loss / (E + A / parameters ** alpha + B / tokens ** beta)),
  );
  expect(errors).toHaveLength(37);
  const spread = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
  expect(spread / PLANTED_NOISE).toBeGreaterThan(0.7);
  expect(spread / PLANTED_NOISE).toBeLessThan(1.4);
  const fit = orThrow(fitParametric(study.records, { convention: study.convention, resamples: 0 }));
  const found = fit.parameters.beta / (fit.parameters.alpha + fit.parameters.beta);
  expect(Math.abs(found - beta / (alpha + beta))).toBeLessThan(0.05);
});
