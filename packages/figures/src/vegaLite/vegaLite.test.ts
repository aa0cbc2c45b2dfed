import { type LoggerInterface, parse, View } from "vega";
import { compile, type TopLevelSpec } from "vega-lite";
import { expect, it, test } from "vitest";
import { seeded } from "../fixtures/seeded.js";
import {
  backtestErrors,
  bootstrapPairs,
  criticalBatch,
  envelopeScaling,
  type FigureOptions,
  figureVegaLite,
  forecastCheck,
  influence,
  isoflopProfiles,
  kaplanAllocation,
  kaplanCompute,
  kaplanLaws,
  kaplanSizes,
  lawComparison,
  lossContours,
  nextDesign,
  optimumScaling,
  plantedDiagnostics,
  plantedKaplan,
  plantedStudy,
  profileLikelihood,
  publishedModels,
  residuals,
  serverDocument,
  trainingCurves,
} from "../index.js";

const study = plantedStudy(seeded(7));
const kaplan = plantedKaplan(seeded(7));
const found = plantedDiagnostics(seeded(7));

interface Case {
  readonly name: string;
  readonly spec: (theme: "light" | "dark") => object;
  readonly figure: () => HTMLElement;
}
function figure<Data>(name: string, draw: (data: Data, options: FigureOptions) => HTMLElement, data: Data): Case {
  return {
    name,
    spec: (theme) => figureVegaLite(draw, data, theme),
    figure: () => draw(data, { document: serverDocument() }),
  };
}
const figures = [
  figure("trainingCurves", trainingCurves, study.trainingCurves),
  figure("isoflopProfiles", isoflopProfiles, study.isoflopProfiles),
  figure("optimumScaling", optimumScaling, study.optimumScaling),
  figure("lossContours", lossContours, study.lossContours),
  figure("kaplanCompute", kaplanCompute, study.kaplanCompute),
  figure("residuals", residuals, study.residuals),
  figure("forecastCheck", forecastCheck, study.forecastCheck),
  figure("backtestErrors", backtestErrors, study.backtestErrors),
  figure("publishedModels", publishedModels, study.publishedModels),
  figure("kaplanLaws", kaplanLaws, kaplan.kaplanLaws),
  figure("kaplanSizes", kaplanSizes, kaplan.kaplanSizes),
  figure("criticalBatch", criticalBatch, kaplan.criticalBatch),
  figure("envelopeScaling", envelopeScaling, kaplan.envelopeScaling),
  figure("kaplanAllocation", kaplanAllocation, kaplan.kaplanAllocation),
  figure("profileLikelihood", profileLikelihood, found.profileLikelihood),
  figure("bootstrapPairs", bootstrapPairs, found.bootstrapPairs),
  figure("influence", influence, found.influence),
  figure("lawComparison", lawComparison, found.lawComparison),
  figure("nextDesign", nextDesign, {
    target: { flops: 6e20, parameters: 1e9, tokens: 1e11 },
    runs: [
      { name: "<run>", parameters: 1e7, tokens: 1e9 },
      { name: "b", parameters: 1e8, tokens: 1e9 },
    ],
    candidates: [{ parameters: 1e8, tokens: 1e10 }],
    proposed: [{ name: "p", parameters: 2e8, tokens: 2e10, seeds: 2 }],
    grid: [{ name: "g", parameters: 1e8, tokens: 1e9 }],
    before: { loss: 0.1, parameters: 0.5 },
    curve: [
      { flops: 1e18, design: { loss: 0.05, parameters: 0.3 }, grid: { loss: 0.07, parameters: 0.4 } },
      { flops: 1e19, design: { loss: 0.02, parameters: 0.1 }, grid: { loss: 0.04, parameters: 0.2 } },
    ],
  }),
];

async function rendered(spec: object): Promise<{ svg: string; said: string[] }> {
  const said: string[] = [];
  const say = (...words: readonly unknown[]) => {
    said.push(words.join(" "));
    return log;
  };
  const quiet = () => log;
  const log: LoggerInterface = {
    level: (() => log) as LoggerInterface["level"],
    error: say,
    warn: say,
    info: quiet,
    debug: quiet,
  };
  const compiled = compile(spec as TopLevelSpec, { logger: log }).spec;
  const svg = await new View(parse(compiled), { renderer: "none", logger: log }).toSVG();
  return { svg, said };
}

const words = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text).filter((text) => text !== "");

test.each(figures)("$name compiles without a warning, and has the labels, ticks and legends of ours", async (one) => {
  const { svg, said } = await rendered(one.spec("light"));
  expect(said).toEqual([]);
  expect(svg).not.toMatch(/NaN|undefined/);
  const ours = [...one.figure().querySelectorAll("svg text")].map((text) => text.textContent ?? "");
  expect(ours.length).toBeGreaterThan(3);
  expect(words(svg)).toEqual(expect.arrayContaining(ours.filter((text) => text !== "")));
});

it("puts a point where its scales say: at the fraction of the axis that its logarithm has", async () => {
  const { svg } = await rendered(figureVegaLite(isoflopProfiles, study.isoflopProfiles, "light"));
  const places = [
    ...svg.matchAll(
      /<path aria-label="[^"]*" role="graphics-symbol" aria-roledescription="(?:point|circle)" transform="translate\(([-\d.]+),([-\d.]+)\)"/g,
    ),
  ].map(([, x, y]) => [Number(x), Number(y)] as const);
  const points = study.isoflopProfiles.profiles.flatMap((profile) => profile.points);
  expect(places.length).toBeGreaterThanOrEqual(points.length);
  const [a, b] = [points[0]!, points.at(-1)!];
  const [pa, pb] = [places[0]!, places[points.length - 1]!];
  const middle = points[5]!;
  const share = Math.log(middle.parameters / a.parameters) / Math.log(b.parameters / a.parameters);
  expect(places[5]![0]).toBeCloseTo(pa[0] + share * (pb[0] - pa[0]), 3);
  const down = Math.log(middle.loss / a.loss) / Math.log(b.loss / a.loss);
  expect(places[5]![1]).toBeCloseTo(pa[1] + down * (pb[1] - pa[1]), 3);
});

it("has every colour as a literal of its theme", () => {
  for (const { spec } of figures) {
    const [light, dark] = [JSON.stringify(spec("light")), JSON.stringify(spec("dark"))];
    expect(light).not.toMatch(/var\(|currentColor/);
    expect(light).toContain('"background":"#ffffff"');
    expect(dark).toContain('"background":"#14171a"');
  }
});
