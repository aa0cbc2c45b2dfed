import { describe, expect, it } from "vitest";
import { computeIn } from "./compute.js";
import { seeded } from "./fixtures/seeded.js";
import type { FigureOptions } from "./frame.js";
import {
  isoflopProfiles,
  kaplanAllocation,
  kaplanCompute,
  kaplanLaws,
  lawComparison,
  lossContours,
  optimumScaling,
  plantedDiagnostics,
  plantedKaplan,
  plantedStudy,
  publishedModels,
  residuals,
  serverDocument,
  trainingCurves,
} from "./index.js";

const study = plantedStudy(seeded(7));
const kaplan = plantedKaplan(seeded(3));
const about = plantedDiagnostics(seeded(5));
const options: FigureOptions = { document: serverDocument(), widths: [720] };

describe("computeIn", () => {
  it("reckons 8.64e19 FLOPs a PF-day: GPT-3's 3.14e23 are 3630 (its paper has 3640, from more digits)", () => {
    expect(computeIn({ compute: "PF-days" }).text(3.14e23)).toBe("3630 PF-days");
    expect(computeIn({ compute: "PF-days" }).text(8.64e19)).toBe("1 PF-days");
    expect(computeIn({ compute: "PF-days" }).text(8.64e15)).toBe("10⁻⁴ PF-days");
    expect(computeIn({ compute: "PF-days" }).text(8.64e25)).toBe("10⁶ PF-days");
    expect(computeIn({}).text(3.14e23)).toBe("3.14×10²³ FLOPs");
    expect(computeIn({ compute: "PF-days", language: "ja" }).text(8.64e20)).toBe("10 PF-day");
  });

  it("puts ticks at round PF-days, on the FLOPs that they are", () => {
    const axis = computeIn({ compute: "PF-days" }).axis("C", [8.64e18, 8.64e22], 600);
    expect(axis.ticks.map((tick) => axis.format(tick))).toEqual(
      expect.arrayContaining(["0.1", "1", "10", "100", "1000"]),
    );
    const one = axis.ticks.find((tick) => axis.format(tick) === "1");
    expect((one ?? 0) / 8.64e19).toBeCloseTo(1, 12);
  });
});

const drawn: readonly (readonly [string, (o: FigureOptions) => HTMLElement])[] = [
  ["isoflopProfiles", (o) => isoflopProfiles(study.isoflopProfiles, o)],
  ["optimumScaling", (o) => optimumScaling(study.optimumScaling, o)],
  ["lossContours", (o) => lossContours(study.lossContours, { ...o, axes: "compute" })],
  ["trainingCurves", (o) => trainingCurves(study.trainingCurves, o)],
  ["kaplanCompute", (o) => kaplanCompute(study.kaplanCompute, o)],
  ["residuals", (o) => residuals(study.residuals, o)],
  ["publishedModels", (o) => publishedModels(study.publishedModels, o)],
  ["kaplanLaws", (o) => kaplanLaws(kaplan.kaplanLaws, o)],
  ["kaplanAllocation", (o) => kaplanAllocation(kaplan.kaplanAllocation, o)],
  ["lawComparison", (o) => lawComparison(about.lawComparison, o)],
];

describe.each(drawn)("%s in PF-days", (_name, draw) => {
  it("says PF-days on axes, legend and marks, FLOPs nowhere there, and moves no mark", () => {
    const [flops, days] = [draw(options), draw({ ...options, compute: "PF-days" })];
    const texts = [...days.querySelectorAll("svg text, svg title")].map((text) => text.textContent ?? "");
    expect(texts.filter((text) => text.includes("FLOPs"))).toEqual([]);
    expect(texts.some((text) => text.includes("PF-days"))).toBe(true);
    const marks = (figure: Element) =>
      [...figure.querySelectorAll(".isoflop-panel [aria-label=dot] > *, .isoflop-panel [aria-label=line] > path")].map(
        (mark) => [mark.getAttribute("cx"), mark.getAttribute("d"), mark.getAttribute("transform")].join(),
      );
    expect(marks(days)).toEqual(marks(flops));
    expect(days.outerHTML).not.toMatch(/NaN|Infinity|undefined/);
  });
});
