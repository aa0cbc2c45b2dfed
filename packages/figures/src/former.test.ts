import { expect, it } from "vitest";
import { seeded } from "./fixtures/seeded.js";
import {
  bootstrapPairs,
  criticalBatch,
  envelopeScaling,
  type FigureOptions,
  influence,
  isoflopProfiles,
  isoflopSlices,
  kaplanAllocation,
  kaplanLaws,
  kaplanSizes,
  lawComparison,
  lossContours,
  optimumScaling,
  plantedDiagnostics,
  plantedKaplan,
  plantedStudy,
  profileLikelihood,
  serverDocument,
  trainingCurves,
} from "./index.js";

const study = plantedStudy(seeded(7));
const kaplan = plantedKaplan(seeded(3));
const diagnostics = plantedDiagnostics(seeded(5));
const compared = diagnostics.lawComparison;

const options = (leftOut?: ReadonlySet<string>): FigureOptions => ({
  ...{ document: serverDocument(), widths: [720] },
  ...(leftOut && { leftOut }),
});
/** Of the panels, not of the legend. */
const dashDots = (figure: HTMLElement) =>
  [...figure.querySelectorAll(".isoflop-panel g")]
    .filter((group) => group.getAttribute("stroke-dasharray") === "7 3 1.5 3")
    .flatMap((group) => [...group.querySelectorAll("path")]);
const moved = <Law extends { readonly coefficient: number; readonly exponent: number }>({
  coefficient,
  exponent,
}: Law) => ({
  coefficient: 1.1 * coefficient,
  exponent,
});
const both = ({ parametersLaw, tokensLaw }: typeof study.optimumScaling) => ({
  former: { parametersLaw: moved(parametersLaw), tokensLaw: moved(tokensLaw) },
});
const { data, steps } = kaplan.kaplanSizes;
const formerLaw = <Law extends object, Panel extends { readonly law?: Law }>(panel: Panel | undefined) =>
  panel && { ...panel, ...(panel.law && { former: panel.law }) };

/** Each figure of a law with, for the lines that it draws, what they were. */
const FIGURES = {
  trainingCurves: [
    trainingCurves,
    study.trainingCurves,
    { ...study.trainingCurves, former: { frontier: study.trainingCurves.frontier } },
    1,
  ],
  isoflopProfiles: [
    isoflopProfiles,
    study.isoflopProfiles,
    {
      profiles: study.isoflopProfiles.profiles.map((one) => ({
        ...one,
        ...(one.parabola && { former: one.parabola }),
      })),
    },
    study.isoflopProfiles.profiles.filter(({ parabola }) => parabola).length,
  ],
  optimumScaling: [optimumScaling, study.optimumScaling, { ...study.optimumScaling, ...both(study.optimumScaling) }, 2],
  envelopeScaling: [
    envelopeScaling,
    kaplan.envelopeScaling,
    {
      ...kaplan.envelopeScaling,
      former: {
        parametersLaw: moved(kaplan.envelopeScaling.parametersLaw),
        tokensLaw: moved(kaplan.envelopeScaling.tokensLaw),
      },
    },
    2,
  ],
  lossContours: [
    lossContours,
    study.lossContours,
    { ...study.lossContours, former: { law: study.lossContours.law, frontier: study.lossContours.frontier } },
    2,
  ],
  isoflopSlices: [
    isoflopSlices,
    study.lossContours,
    { ...study.lossContours, former: { law: study.lossContours.law, frontier: [] } },
    2,
  ],
  kaplanLaws: [
    kaplanLaws,
    kaplan.kaplanLaws,
    {
      compute: formerLaw(kaplan.kaplanLaws.compute),
      tokens: formerLaw(kaplan.kaplanLaws.tokens),
      parameters: formerLaw(kaplan.kaplanLaws.parameters),
    },
    3,
  ],
  kaplanSizes: [kaplanSizes, kaplan.kaplanSizes, { data: formerLaw(data), steps: formerLaw(steps) }, 4],
  criticalBatch: [
    criticalBatch,
    kaplan.criticalBatch,
    formerLaw({ ...kaplan.criticalBatch, law: kaplan.criticalBatch.law! }),
    1,
  ],
  kaplanAllocation: [
    kaplanAllocation,
    kaplan.kaplanAllocation,
    {
      ...kaplan.kaplanAllocation,
      former: {
        parametersLaw: moved(kaplan.kaplanAllocation.parametersLaw),
        stepsLaw: moved(kaplan.kaplanAllocation.stepsLaw),
      },
    },
    2,
  ],
  lawComparison: [
    lawComparison,
    compared,
    { ...compared, laws: compared.laws.map((law) => (law.published ? law : { ...law, former: law.optima })) },
    compared.laws.filter(({ published }) => published !== true).length,
  ],
} as const;

it.each(Object.entries(FIGURES))("%s draws its law as it was with all runs, and its legend says so", (_, figure) => {
  const [draw, now, withBefore, least] = figure as unknown as readonly [
    (data: unknown, options: FigureOptions) => HTMLElement,
    unknown,
    unknown,
    number,
  ];
  expect(dashDots(draw(now, options(new Set())))).toEqual([]);
  const drawn = draw(withBefore, options(new Set(["a"])));
  const lines = dashDots(drawn).filter((path) => (path.getAttribute("d") ?? "").length > 10);
  expect(lines.length).toBeGreaterThanOrEqual(least);
  expect(drawn.outerHTML).not.toMatch(/NaN|Infinity/);
  const legendOf = (figure: Element) => figure.querySelector(".isoflop-legend")?.textContent;
  expect(legendOf(drawn)).toContain("with all runs");
  expect(legendOf(draw(now, options()))).not.toContain("with all runs");
  // Its room is there before a run is left out, and nothing in it.
  const before = draw(now, options(new Set()));
  expect(legendOf(before)).not.toContain("with all runs");
  const heightOf = (figure: Element) => figure.querySelector("svg")?.getAttribute("height");
  expect(heightOf(before)).toBe(heightOf(draw(now, options(new Set(["a"])))));
});

const DIAGNOSTICS = {
  profileLikelihood: [
    profileLikelihood,
    (shift: number) => ({
      ...diagnostics.profileLikelihood,
      parameters: diagnostics.profileLikelihood.parameters.map((one) => ({ ...one, former: shift * one.estimate })),
    }),
    diagnostics.profileLikelihood.parameters.length,
  ],
  bootstrapPairs: [
    bootstrapPairs,
    (shift: number) => ({
      ...diagnostics.bootstrapPairs,
      parameters: diagnostics.bootstrapPairs.parameters.map((one) => ({ ...one, former: shift * one.estimate })),
    }),
    // Across and up, in each pair of five.
    20,
  ],
  influence: [
    influence,
    (shift: number) => ({ ...diagnostics.influence, former: shift * diagnostics.influence.estimate }),
    1,
  ],
} as const;
const rules = (figure: HTMLElement) =>
  [...figure.querySelectorAll(".isoflop-panel g")]
    .filter((group) => group.getAttribute("stroke-dasharray") === "7 3 1.5 3")
    .flatMap((group) => [...group.querySelectorAll("line")]);

it.each(Object.entries(DIAGNOSTICS))("%s draws its estimates as they were, where they were", (name, figure) => {
  const [draw, shifted, count] = figure as unknown as readonly [
    (data: unknown, options: FigureOptions) => HTMLElement,
    (shift: number) => unknown,
    number,
  ];
  const without = diagnostics[name as keyof typeof DIAGNOSTICS];
  expect(rules(draw(without, options(new Set(["a"]))))).toEqual([]);
  const drawn = draw(shifted(1.01), options(new Set(["a"])));
  expect(rules(drawn)).toHaveLength(count);
  expect(drawn.outerHTML).not.toMatch(/NaN|Infinity/);
  expect(drawn.querySelector(".isoflop-legend")?.textContent).toContain("with all runs");
  expect(draw(without, options()).querySelector(".isoflop-legend")?.textContent).not.toContain("with all runs");
  const [left] = rules(draw(shifted(0.995), options(new Set(["a"])))).map((line) => Number(line.getAttribute("x1")));
  expect(left).toBeLessThan(Number(rules(drawn)[0]?.getAttribute("x1")));
});

it("puts the former line where the former law is", () => {
  const law = study.optimumScaling.parametersLaw;
  const same = {
    ...study.optimumScaling,
    former: { parametersLaw: law, tokensLaw: study.optimumScaling.tokensLaw },
  };
  const heights = (data: typeof same) =>
    dashDots(optimumScaling(data, options(new Set(["a"])))).map((path) =>
      Number(/^M[\d.]+,([\d.]+)/.exec(path.getAttribute("d") ?? "")?.[1]),
    );
  const [first = 0] = heights(same);
  const [higher = 0] = heights({
    ...same,
    former: { ...same.former, parametersLaw: { ...law, coefficient: 1.05 * law.coefficient } },
  });
  expect(higher).toBeLessThan(first);
});
