import { expect, it } from "vitest";
import { seeded } from "./fixtures/seeded.js";
import {
  type FigureOptions,
  isoflopProfiles,
  lossContours,
  optimumScaling,
  plantedStudy,
  serverDocument,
  trainingCurves,
} from "./index.js";

const study = plantedStudy(seeded(7));
const textOf = (figure: HTMLElement): string => figure.querySelector("svg")?.textContent ?? "";
const options = (more: Partial<FigureOptions> = {}): FigureOptions => ({ document: serverDocument(), ...more });
const other = { parameters: "non-embedding", flops: "hoffmann" } as const;

it("says on the axes how N and C are counted, where it is not the usual count", () => {
  const usual = textOf(optimumScaling(study.optimumScaling, options()));
  expect(usual).toContain("Optimal parameters N");
  expect(usual).toContain("(FLOPs)");
  const counted = textOf(optimumScaling(study.optimumScaling, options({ counting: other })));
  expect(counted).toContain("Optimal N, no embeddings");
  expect(counted).toContain("(FLOPs, Hoffmann’s count)");
  const days = options({ counting: { flops: "kaplan" }, compute: "PF-days" });
  expect(textOf(trainingCurves(study.trainingCurves, days))).toContain("(PF-days, Kaplan’s count)");
  expect(textOf(trainingCurves(study.trainingCurves, days))).not.toContain("no embeddings");
  const japanese = options({ counting: other, language: "ja" });
  expect(textOf(lossContours(study.lossContours, japanese))).toContain("パラメータ数 N (埋め込みを除く)");
});

it("leaves budgets in the compute that they were spent by", () => {
  const profiles = textOf(isoflopProfiles(study.isoflopProfiles, options({ counting: other })));
  expect(profiles).toContain("Budget (FLOPs)");
  expect(profiles).toContain("Parameters N, no embeddings");
});
