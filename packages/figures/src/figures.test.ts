import { describe, expect, it } from "vitest";
import { modelMapOf, valley } from "./fixtures/plannerData.js";
import { seeded } from "./fixtures/seeded.js";
import { type FigureOptions, standaloneSvg } from "./frame.js";
import {
  backtestErrors,
  bootstrapPairs,
  type CoordinateCheckData,
  coordinateCheck,
  criticalBatch,
  envelopeScaling,
  figureMarkup,
  forecastCheck,
  frontierResiduals,
  type IsoflopBiasData,
  influence,
  isoflopBias,
  isoflopProfiles,
  isoflopSlices,
  kaplanAllocation,
  kaplanCompute,
  kaplanLaws,
  kaplanSizes,
  lawComparison,
  lossContours,
  lossValley,
  modelMap,
  type NextDesignData,
  nextDesign,
  optimumScaling,
  type PlantedStudy,
  plainSvg,
  plantedDiagnostics,
  plantedKaplan,
  plantedStudy,
  profileLikelihood,
  publishedModels,
  residuals,
  serverDocument,
  trainingCurves,
} from "./index.js";

const study = plantedStudy(seeded(7));
const kaplan = plantedKaplan(seeded(3));
const about = plantedDiagnostics(seeded(5));
const options = (widths: readonly number[] = [360, 720]): FigureOptions => ({ document: serverDocument(), widths });

const biasCurves = [0.02, 0.1].map((steep, law) => {
  const points = (factor: number) => [0.5, 1, 2, 4].map((x) => ({ x, y: factor * steep * x ** 2 }));
  return { law: `law ${law}`, parabola: points(1), akima: points(-0.1) };
});
const bias: IsoflopBiasData = {
  sizes: 9,
  width: 32,
  byWidth: biasCurves,
  byOffset: biasCurves,
  exponentByDrift: biasCurves,
  forecastByDrift: biasCurves,
};

const coordinates: CoordinateCheckData = {
  family: "compact",
  learningRate: 0.0056,
  panels: ["stream", "logits"].flatMap((coordinate) =>
    [1, 0].map((growth) => ({
      coordinate,
      parametrisation: growth === 1 ? "standard" : "muP",
      curves: [1, 5].map((step) => ({
        step,
        points: [32, 64, 128].map((width) => ({ width, change: step * (width / 32) ** growth })),
      })),
    })),
  ),
};

const sparse: NextDesignData = {
  target: { flops: 1e22, parameters: 9e9, tokens: 1.8e11 },
  runs: [1, 2, 4].map((k) => ({ name: `run ${k}`, parameters: k * 1e8, tokens: 1e10 / k })),
  candidates: [1, 2, 4, 8].map((k) => ({ parameters: k * 2e8, tokens: 4e10 / k })),
  proposed: [1, 3].map((seeds) => ({ name: "to add", parameters: 4e8, tokens: 2e10 * seeds, seeds })),
  grid: [1, 2].map((k) => ({ name: "grid", parameters: k * 3e8, tokens: 3e10 / k })),
  before: { loss: 0.01, parameters: 0.2 },
  curve: [1e20, 1e21].map((flops, i) => ({
    flops,
    design: { loss: 0.006 / (i + 1), parameters: 0.15 / (i + 1) },
    grid: { loss: 0.008 / (i + 1), parameters: 0.18 / (i + 1) },
  })),
};

const bareOptimum = ({ flops, parameters, loss }: { flops: number; parameters: number; loss: number }) => ({
  flops,
  parameters,
  loss,
});

const map = modelMapOf(study.publishedModels.models);

const figures: readonly (readonly [
  string,
  (from: PlantedStudy, options: FigureOptions) => HTMLElement,
  readonly string[],
])[] = [
  [
    "trainingCurves",
    (s, o) => trainingCurves(s.trainingCurves, o),
    ["Training compute (FLOPs)", "Training loss (nats per token)"],
  ],
  ["isoflopProfiles", (s, o) => isoflopProfiles(s.isoflopProfiles, o), ["Parameters N", "Final loss (nats per token)"]],
  [
    "optimumScaling",
    (s, o) => optimumScaling(s.optimumScaling, o),
    ["Compute budget C (FLOPs)", "Optimal parameters N", "Optimal tokens D"],
  ],
  ["lossContours", (s, o) => lossContours(s.lossContours, o), ["Training tokens D", "Parameters N"]],
  [
    "lossContours over compute",
    (s, o) => lossContours(s.lossContours, { ...o, axes: "compute" }),
    ["Training compute (FLOPs)", "Parameters N"],
  ],
  ["kaplanCompute", (s, o) => kaplanCompute(s.kaplanCompute, o), ["Training compute (FLOPs)", "Loss (nats per token)"]],
  [
    "residuals",
    (s, o) => residuals(s.residuals, o),
    ["Parameters N", "Tokens D", "Predicted loss (nats per token)", "Residual (%)"],
  ],
  ["forecastCheck", (s, o) => forecastCheck(s.forecastCheck, o), ["Final loss (nats per token)"]],
  [
    "backtestErrors",
    (s, o) => backtestErrors(s.backtestErrors, o),
    ["Reach: compute forecast / largest fitted", "Error of the loss (%)"],
  ],
  ["publishedModels", (s, o) => publishedModels(s.publishedModels, o), ["Training compute (FLOPs)", "Parameters N"]],
  [
    "isoflopBias",
    (_, o) => isoflopBias(bias, o),
    ["Error of N_opt (%)", "Error of the exponent a", "Largest over smallest size, grid centred"],
  ],
  [
    "coordinateCheck",
    (_, o) => coordinateCheck(coordinates, o),
    ["Width", "Change of stream, standard", "Change of logits, muP"],
  ],
  [
    "lossValley",
    (_, o) => lossValley(valley, o),
    ["Loss (nats per token)", "Parameters N", "within 1 % of compute", "within 0.1 % of loss", "95 % interval"],
  ],
  [
    "lossValley of compute",
    (_, o) => lossValley(valley, { ...o, measure: "compute" }),
    ["Extra compute (%)", "Parameters N"],
  ],
  [
    "modelMap",
    (_, o) => modelMap(map, o),
    ["Training tokens D", "Parameters N", "with serving counted", "with few unique tokens"],
  ],
  [
    "modelMap over compute",
    (_, o) => modelMap(map, { ...o, axes: "compute" }),
    ["Training compute (FLOPs)", "Parameters N"],
  ],
  [
    "nextDesign",
    (_, o) => nextDesign(sparse, o),
    ["Training tokens D", "Parameters N", "FLOPs spent", "Error of the loss (%)", "Error of N_opt (%)"],
  ],
  [
    "profileLikelihood",
    (_, o) => profileLikelihood(about.profileLikelihood, o),
    ["E 1.82 (1.77–1.87)", "β 0.367 (0.327–0.407)", "Rise (95 % level = 1)"],
  ],
  ["bootstrapPairs", (_, o) => bootstrapPairs(about.bootstrapPairs, o), ["E", "A", "B", "α", "β"]],
  ["influence", (_, o) => influence(about.influence, o), ["Exponent a without the run", "b2-n3"]],
  [
    "frontierResiduals",
    (_, o) => frontierResiduals(about.frontierResiduals, o),
    ["100 ln(N_opt / law)", "Least loss off its law (%)", "Loss off the parabola (%)", "± 1.96 standard errors"],
  ],
  [
    "frontierResiduals of an envelope",
    (_, o) => frontierResiduals({ approach: "1", optima: about.frontierResiduals.optima.map(bareOptimum) }, o),
    ["100 ln(N_opt / law)", "Compute budget C (FLOPs)"],
  ],
  [
    "lawComparison",
    (_, o) => lawComparison(about.lawComparison, o),
    ["Compute budget C (FLOPs)", "Optimal parameters N"],
  ],
  [
    "envelopeScaling",
    (_, o) => envelopeScaling(kaplan.envelopeScaling, o),
    ["Compute budget C (FLOPs)", "Optimal parameters N", "Optimal tokens D"],
  ],
  ["isoflopSlices", (s, o) => isoflopSlices(s.lossContours, o), ["Parameters N", "Final loss (nats per token)"]],
  [
    "kaplanLaws",
    (_, o) => kaplanLaws(kaplan.kaplanLaws, o),
    ["Least compute C_min (FLOPs)", "Tokens D", "Parameters N", "Loss (nats per token)"],
  ],
  [
    "kaplanSizes",
    (_, o) => kaplanSizes(kaplan.kaplanSizes, o),
    ["Tokens D", "Loss, stopped early (nats per token)", "Least steps S_min", "Loss (nats per token)"],
  ],
  [
    "criticalBatch",
    (_, o) => criticalBatch(kaplan.criticalBatch, o),
    ["Loss reached (nats per token)", "Critical batch (tokens)"],
  ],
  [
    "kaplanAllocation",
    (_, o) => kaplanAllocation(kaplan.kaplanAllocation, o),
    ["Least compute C_min (FLOPs)", "Optimal parameters N", "Least steps S_min", "Critical batch B_crit (tokens)"],
  ],
];

/** Names from the data, and formulas: the same in both languages. */
const ONE_IN_BOTH =
  /^(\d (one|two)|Approach \d|b\d-n\d|r −?\d\.\d\d|L\(N, S_min\)|law \d|forecast optimum|larger model|3 parametric|Kaplan L\(C\)|Hoffmann 2022.*|Besiroglu 2024|Kaplan 2020|GPT-3|Gopher|Chinchilla|MT-NLG|Jurassic|LaMDA)$/;

const lacking = (): never => {
  throw new Error("the planted data have it");
};

const dotsIn = (figure: Element, width: "wide" | "narrow"): number =>
  figure.querySelectorAll(`.isoflop-${width} .isoflop-panel [aria-label=dot] > *`).length;

describe.each(figures)("%s", (_name, draw, axes) => {
  it("names its axes, has a legend, a caption and a text alternative, at both widths", () => {
    const figure = draw(study, options());
    const svgs = [...figure.querySelectorAll("svg.isoflop-svg")];
    expect(svgs).toHaveLength(2);
    for (const svg of svgs) {
      const texts = [...svg.querySelectorAll("text")].map((text) => text.textContent);
      expect(texts).toEqual(expect.arrayContaining([...axes]));
      expect(svg.querySelectorAll(".isoflop-legend text").length).toBeGreaterThan(0);
      expect(svg.getAttribute("aria-label")?.length).toBeGreaterThan(40);
      expect(svg.getAttribute("role")).toBe("img");
    }
    expect(figure.querySelector("figcaption span")?.textContent?.length).toBeGreaterThan(40);
  });

  it("writes a label at every tick, at least two an axis", () => {
    for (const svg of draw(study, options()).querySelectorAll("svg.isoflop-svg")) {
      for (const labels of svg.querySelectorAll("[aria-label$='axis tick label']")) {
        const texts = [...labels.querySelectorAll("text")].map((text) => text.textContent ?? "");
        expect(texts.length).toBeGreaterThanOrEqual(2);
        expect(texts.every((text) => text.length > 0)).toBe(true);
        expect(new Set(texts).size).toBe(texts.length);
      }
    }
  });

  it("holds only finite numbers and no ids that could clash on a page", () => {
    const { outerHTML } = draw(study, options());
    expect(outerHTML).not.toMatch(/NaN|Infinity|undefined/);
    expect(outerHTML).not.toMatch(/\sid=/);
  });

  it("is the same for the same data", () => {
    const again = plantedStudy(seeded(7));
    expect(draw(again, options()).outerHTML).toBe(draw(study, options()).outerHTML);
  });

  it("says all in Japanese when asked: title, caption, description, axes and legend, but for names from the data", () => {
    const english = draw(study, options());
    const japanese = draw(study, { ...options(), language: "ja" });
    expect(japanese.getAttribute("lang")).toBe("ja");
    const kana = /[\u3040-\u30ff\u4e00-\u9fff]/;
    for (const part of ["figcaption strong", "figcaption span"])
      expect(japanese.querySelector(part)?.textContent).toMatch(kana);
    const svgs = (figure: Element) => [...figure.querySelectorAll("svg.isoflop-svg")];
    svgs(japanese).forEach((svg, index) => {
      expect(svg.getAttribute("aria-label")).toMatch(/[\u3040-\u30ff\u4e00-\u9fff].*。/);
      const textsOf = (from: Element | undefined) =>
        [...(from?.querySelectorAll("text, title") ?? [])].map((t) => t.textContent ?? "");
      const before = textsOf(svgs(english)[index]);
      const after = textsOf(svg);
      expect(after).toHaveLength(before.length);
      const words = before.flatMap((text, at) => (text === after[at] && /[a-z]{2}/.test(text) ? [text] : []));
      expect(words.filter((text) => !ONE_IN_BOTH.test(text))).toEqual([]);
      expect(svg.querySelectorAll("[data-run]")).toHaveLength(0);
    });
  });

  it("takes every colour from the palette, so that dark pages work", () => {
    for (const element of draw(study, options()).querySelectorAll("[fill],[stroke]")) {
      for (const name of ["fill", "stroke"]) {
        const color = element.getAttribute(name);
        if (color)
          expect(color).toMatch(
            /^(none|currentColor|var\(--isoflop-[a-z0-9-]+, #[0-9a-f]{6}\)|var\(--plot-background\))$/,
          );
      }
    }
  });
});

describe("the figures' marks", () => {
  it("draw every run of every profile, and each minimum once more", () => {
    expect(dotsIn(isoflopProfiles(study.isoflopProfiles, options()), "wide")).toBe(35 + 5);
  });

  it("draw a used minimum filled and an edge minimum hollow", () => {
    const one = (status: "fitted" | "edge"): Element | undefined =>
      [
        ...isoflopProfiles(
          {
            profiles: [
              {
                budget: 1e10,
                points: [1e3, 2e3, 4e3].map((parameters, i) => ({ name: "r", parameters, loss: 2 + 0.1 * i })),
                minimum: { parameters: 1e3, loss: 2, status },
              },
            ],
          },
          options([720]),
        ).querySelectorAll(".isoflop-panel [aria-label=dot]"),
      ].at(-1);
    const filled = one("fitted");
    const hollow = one("edge");
    expect(`${filled?.getAttribute("fill")}${filled?.firstElementChild?.getAttribute("fill")}`).toContain(
      "--isoflop-ramp",
    );
    expect(hollow?.getAttribute("fill")).toBe("none");
  });

  it("draw each run once over the contours, and the held-out ones", () => {
    expect(dotsIn(lossContours(study.lossContours, options()), "narrow")).toBe(35 + 2);
  });

  it("draw each residual in each of the three panels", () => {
    expect(dotsIn(residuals(study.residuals, options()), "wide")).toBe(3 * 35);
  });

  it("draw each backtest once, filled where the forecast was too high and hollow where it was too low", () => {
    const points = [0.01, -0.02].map((logError) => ({ fittedTo: 1e10, heldOut: 3e10, extrapolation: 3, logError }));
    const figure = backtestErrors({ against: "minimum", procedures: [{ name: "2", points }] }, options([720]));
    const fills = [...figure.querySelectorAll(".isoflop-panel [aria-label=dot] > *")].map((dot) =>
      dot.getAttribute("fill"),
    );
    expect(fills).toEqual([expect.stringContaining("--isoflop-category-0"), expect.stringContaining("background")]);
    expect(figure.querySelector("figcaption")?.textContent).toContain(
      "2: 1.5 % on average, 2 % at most (2 forecasts).",
    );
  });

  it("label each published model by name", () => {
    const texts = [...publishedModels(study.publishedModels, options([720])).querySelectorAll("text")].map(
      (t) => t.textContent,
    );
    for (const name of ["GPT-3", "Gopher", "Chinchilla", "MT-NLG", "Jurassic", "LaMDA"]) expect(texts).toContain(name);
  });

  it("draw a raw and a smoothed line for each training curve, and the frontier with its halo", () => {
    const lines = trainingCurves(study.trainingCurves, options([720])).querySelectorAll("[aria-label=line] > path");
    expect(lines.length).toBe(2 * 35 + 2);
  });
});

describe("the bias figure", () => {
  it("draws a parabola's and a spline's line for each law in each of its four panels", () => {
    const lines = isoflopBias(bias, options([720])).querySelectorAll("[aria-label=line] > path");
    expect(lines.length).toBe(4 * 2 * 2);
  });
});

describe("the coordinate check", () => {
  it("draws a line for each step in each panel, and tells the growth in words", () => {
    const figure = coordinateCheck(coordinates, options([720]));
    expect(figure.querySelectorAll("[aria-label=line] > path").length).toBe(4 * 2);
    expect(figure.querySelector("svg")?.getAttribute("aria-label")).toContain(
      "logits under standard: 4 times from width 32 to 128; logits under muP: 1 times",
    );
  });
});

describe("the next runs", () => {
  it("draws every run, candidate, proposal and grid point once, and the target; two lines for each answer", () => {
    const figure = nextDesign(sparse, options([960]));
    const [plane, loss] = [...figure.querySelectorAll(".isoflop-panel")];
    expect(plane?.querySelectorAll("[aria-label=dot] > *").length).toBe(3 + 4 + 2 + 2 + 1);
    expect(loss?.querySelectorAll("[aria-label=line] > path").length).toBe(2);
    expect(figure.querySelector("figcaption")?.textContent).toContain(
      "4 runs more for 10²¹ FLOPs bring the standard error of the loss at 10²² FLOPs from 1 % to 0.3 %",
    );
  });
});

describe("a figure of next to nothing", () => {
  const law = study.law;
  const edges = study.optimumScaling.minima.map((minimum) => ({ ...minimum, status: "edge" as const }));
  it.each<[string, (o: FigureOptions) => HTMLElement]>([
    ["no curves", (o) => trainingCurves({ runs: [], frontier: [] }, o)],
    [
      "a curve that ended in NaN",
      (o) => {
        const curve = [2, Number.NaN, 1.9].map((loss, i) => ({ tokens: i + 1, flops: 10 * (i + 1), loss }));
        return trainingCurves({ runs: [{ name: "r", parameters: 10, curve }], frontier: [] }, o);
      },
    ],
    ["no profiles", (o) => isoflopProfiles({ profiles: [] }, o)],
    [
      "one point",
      (o) => isoflopProfiles({ profiles: [{ budget: 1e9, points: [{ name: "r", parameters: 9, loss: 2 }] }] }, o),
    ],
    ["no usable minimum", (o) => optimumScaling({ ...study.optimumScaling, minima: edges }, o)],
    ["a law without runs", (o) => lossContours({ law, runs: [], frontier: [], budgets: [] }, o)],
    ["no least losses", (o) => kaplanCompute({ minima: [], law: study.kaplanCompute.law }, o)],
    ["no residuals", (o) => residuals({ runs: [] }, o)],
    ["no forecast rows", (o) => forecastCheck({ budget: 1e12, rows: [] }, o)],
    [
      "no bias curves",
      (o) =>
        isoflopBias({ sizes: 7, width: 9, byWidth: [], byOffset: [], exponentByDrift: [], forecastByDrift: [] }, o),
    ],
    ["no backtests", (o) => backtestErrors({ against: "runs", procedures: [{ name: "2", points: [] }] }, o)],
    [
      "a backtest without an error",
      (o) => {
        const points = [{ fittedTo: 1e10, heldOut: 3e10, extrapolation: 3, logError: 0 }];
        return backtestErrors({ against: "minimum", procedures: [{ name: "2", points }] }, o);
      },
    ],
    ["no coordinates", (o) => coordinateCheck({ family: "x", learningRate: 1, panels: [] }, o)],
    [
      "no runs to add",
      (o) => nextDesign({ ...sparse, runs: [], candidates: [], proposed: [], grid: [], curve: [] }, o),
    ],
    ["no laws of one quantity", (o) => kaplanLaws({}, o)],
    ["a law of one quantity alone", (o) => kaplanLaws({ tokens: kaplan.kaplanLaws.tokens ?? lacking() }, o)],
    ["no sizes", (o) => kaplanSizes({}, o)],
    [
      "learning curves of no points",
      (o) => kaplanSizes({ steps: { ...(kaplan.kaplanSizes.steps ?? lacking()), runs: [] } }, o),
    ],
    ["no critical batches", (o) => criticalBatch({ points: [] }, o)],
    ["critical batches without a law", (o) => criticalBatch({ points: kaplan.criticalBatch.points }, o)],
    ["no efficient models", (o) => kaplanAllocation({ ...kaplan.kaplanAllocation, points: [] }, o)],
    ["no envelope", (o) => envelopeScaling({ ...kaplan.envelopeScaling, points: [] }, o)],
    ["slices without runs", (o) => isoflopSlices({ law, runs: [], frontier: [], budgets: [] }, o)],
    ["no profiles of parameters", (o) => profileLikelihood({ parameters: [] }, o)],
    [
      "a profile that never rises",
      (o) => {
        const points = [1, 2, 3].map((value) => ({ value, rise: 0 }));
        return profileLikelihood({ parameters: [{ name: "E", estimate: 2, points, level: 1 }] }, o);
      },
    ],
    ["no draws", (o) => bootstrapPairs({ ...about.bootstrapPairs, draws: [] }, o)],
    [
      "draws of one value",
      (o) => bootstrapPairs({ ...about.bootstrapPairs, draws: [1, 2, 3].map(() => [1, 1, 1, 1, 1]) }, o),
    ],
    ["one parameter", (o) => bootstrapPairs({ parameters: [{ name: "a", estimate: 1 }], draws: [[1], [2]] }, o)],
    ["no minimum", (o) => frontierResiduals({ approach: "2", optima: [] }, o)],
    ["no run left out", (o) => influence({ quantity: "a", estimate: 0.5, runs: [] }, o)],
    ["no laws", (o) => lawComparison({ laws: [] }, o)],
    ["laws that do not reach the compute", (o) => lawComparison({ ...about.lawComparison, at: 1e40 }, o)],
    ["no models", (o) => publishedModels({ laws: [], models: [], fixedTokens: 3e11 }, o)],
  ])("is drawn without a broken number: %s", (_what, draw) => {
    expect(draw(options()).outerHTML).not.toMatch(/NaN|Infinity|undefined/);
  });
});

describe("text from users", () => {
  it("stays text in a figure, and in a file of its own", () => {
    const hostile = "<script>alert(1)</script>";
    const figure = forecastCheck(
      { ...study.forecastCheck, rows: study.forecastCheck.rows.map((row) => ({ ...row, label: hostile })) },
      options([720]),
    );
    expect(figure.querySelectorAll("script")).toHaveLength(0);
    expect(figure.outerHTML).not.toContain("<script");
    expect(figure.outerHTML).toContain("&lt;script&gt;");
    expect(standaloneSvg(figure)).not.toContain("<script");
    expect(standaloneSvg(figure)).toMatch(/^<svg[^>]* xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  });

  it("leaves no character in a file that XML does not allow", () => {
    const odd = "\u001b[31mred\u0000 \ud800 \uffff 😀";
    const rows = study.forecastCheck.rows.map((row) => ({ ...row, label: odd }));
    const data = { ...study.forecastCheck, rows };
    const files = [
      standaloneSvg(forecastCheck(data, options([720]))),
      figureMarkup(forecastCheck, data),
      plainSvg(forecastCheck(data, options([720])), { theme: "light", fontFamily: "DejaVu Sans" }),
    ];
    for (const file of files) {
      expect(file).toContain("\ufffd[31mred\ufffd \ufffd \ufffd 😀");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(file).not.toMatch(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/);
      expect(Buffer.from(file).toString()).toBe(file);
    }
  });
});
