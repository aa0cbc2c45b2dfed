// The planted studies of dev/coverage.mjs: laws, designs, noise, and the procedures whose intervals are tried.
import {
  besiroglu2024,
  chinchilla,
  chinchillaExponents,
  createRandom,
  dataConstrained,
  fitDataConstrained,
  fitEnvelope,
  fitIsoflop,
  fitKaplan,
  fitLaw,
  fitParametric,
  forecast,
  hoffmannConstants,
  kaplanModelData,
  kaplanModelDataExponents,
  lossFrontier,
  m2,
  muennighoffConstants,
  orThrow,
  predictFrom,
  syntheticStudy,
} from "../packages/laws/dist/index.js";

/** The quickstart's law, rounded (README), and two published ones. */
const laws = {
  quickstart: { E: 1.08, A: 44.4, B: 98, alpha: 0.489, beta: 0.431 },
  besiroglu: besiroglu2024.chinchilla,
  hoffmann: hoffmannConstants,
};
const kaplanTruth = { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 };

const noises = {
  "normal .004": (random) => 0.004 * random.normal(),
  "normal .01": (random) => 0.01 * random.normal(),
  // Student's t with 3 degrees of freedom, scaled to the same standard deviation of .004: outliers.
  "t3 .004": (random) => (0.004 / Math.sqrt(3)) * studentThree(random),
};

function studentThree(random) {
  const chi = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2;
  return random.normal() / Math.sqrt(chi / 3);
}

const isoflop = (law, budgets, sizes, width, curvePoints = 0) => ({
  law,
  budgets,
  plan: () => syntheticStudy({ truth: laws[law], budgets, sizes, width, curvePoints }),
});
const doubling = (from, count) => Array.from({ length: count }, (_, i) => from * 2 ** i);

/** Sizes and tokens drawn log-uniformly, as in the points of Hoffmann et al.'s Figure 4. */
const scattered = (law, runs) => {
  const random = createRandom(99);
  const shape = Array.from({ length: runs }, () => [
    10 ** (7.5 + 2.5 * random.uniform()),
    10 ** (9 + 2.5 * random.uniform()),
  ]);
  const flops = shape.map(([n, d]) => 6 * n * d);
  return {
    law,
    budgets: [Math.max(...flops)],
    plan: () =>
      shape.map(([parameters, tokens], i) => ({
        id: String(i),
        parameters,
        tokens,
        flops: flops[i],
        loss: chinchilla.loss(laws[law], parameters, tokens),
      })),
  };
};

const designs = {
  "5 budgets x 7 sizes, span 8": isoflop("quickstart", doubling(2.5e10, 5), 7, 8),
  "5 x 5, span 8": isoflop("quickstart", doubling(2.5e10, 5), 5, 8),
  "3 x 5, span 8": isoflop("quickstart", [2.5e10, 1e11, 4e11], 5, 8),
  "9 x 9, span 16, alpha = beta": isoflop("besiroglu", doubling(6e18, 9), 9, 16),
  "9 x 9, span 16, alpha > beta": isoflop("hoffmann", doubling(6e18, 9), 9, 16),
  "9 x 9, span 100, alpha > beta": isoflop("hoffmann", doubling(6e18, 9), 9, 100),
  "240 scattered": scattered("besiroglu", 240),
};
const withCurves = {
  "5 budgets x 7 sizes, span 8": isoflop("quickstart", doubling(2.5e10, 5), 7, 8, 100),
  "9 x 9, span 16, alpha > beta": isoflop("hoffmann", doubling(6e18, 9), 9, 16, 100),
};

/** One error of ln loss a run, its whole curve included. */
function noisy(records, draw, random) {
  return records.map((record) => {
    const factor = Math.exp(draw(random));
    return {
      ...record,
      loss: record.loss * factor,
      ...(record.curve && { curve: record.curve.map((point) => ({ ...point, loss: point.loss * factor })) }),
    };
  });
}

const RESAMPLES = 500;

/** The exponent, and the optimum at ten times the largest budget. */
function chinchillaCase(design, draw, fitRuns, extra = []) {
  const law = laws[design.law];
  const target = 10 * Math.max(...design.budgets);
  const optimum = chinchilla.optimum(law, target);
  const runs = design.plan();
  return {
    truth: {
      a: chinchillaExponents(law).a,
      "N_opt (x10)": optimum.parameters,
      "loss (x10)": optimum.loss,
      ...Object.fromEntries(extra.map((name) => [name, law[name]])),
    },
    intervals(random) {
      const fitted = fitRuns(noisy(runs, draw, random), random);
      const ahead = orThrow(forecast(fitted, target)).intervals95;
      return { ...fitted.intervals95, "N_opt (x10)": ahead?.parameters, "loss (x10)": ahead?.loss };
    },
  };
}

const procedures = {
  "Approach 2, parabola": (records, random) => orThrow(fitIsoflop(records, { resamples: RESAMPLES, random })),
  "Approach 3, Huber": (records, random) => orThrow(fitParametric(records, { resamples: RESAMPLES, random })),
  "Approach 3, least squares": (records, random) =>
    orThrow(fitParametric(records, { loss: "mse", resamples: RESAMPLES, random })),
};

function* cases() {
  for (const [procedure, fitRuns] of Object.entries(procedures)) {
    const isParametric = procedure.startsWith("Approach 3");
    for (const [design, plan] of Object.entries(designs)) {
      if (!isParametric && design.includes("scattered")) continue;
      for (const [noise, draw] of Object.entries(noises)) {
        // Every design with the middle noise; the others where they say something new.
        if (noise !== "normal .004" && !/^5 budgets|240|9 x 9, span 16, alpha >/.test(design)) continue;
        const extra = isParametric ? ["E", "alpha", "beta"] : [];
        yield { procedure, design, noise, planted: chinchillaCase(plan, draw, fitRuns, extra) };
      }
    }
  }
  for (const [design, plan] of Object.entries(withCurves)) {
    const refit = (records, random) => orThrow(fitEnvelope(records, { resamples: 300, random }));
    yield {
      procedure: "Approach 1",
      design,
      noise: "normal .004",
      planted: chinchillaCase(plan, noises["normal .004"], refit),
    };
  }
  const akima = (records, random) =>
    orThrow(
      fitIsoflop(records, {
        curve: "akima",
        over: "noise",
        noise: [
          { loss: 1, sd: 0.004 },
          { loss: 4, sd: 0.016 },
        ],
        resamples: RESAMPLES,
        random,
      }),
    );
  for (const design of ["5 budgets x 7 sizes, span 8", "9 x 9, span 16, alpha > beta"]) {
    yield {
      procedure: "Approach 2, Akima, seed noise known",
      design,
      noise: "normal .004",
      planted: chinchillaCase(designs[design], noises["normal .004"], akima),
    };
  }
  for (const loss of ["mse", "huber"]) {
    const design = "5 budgets x 7 sizes, span 8";
    yield {
      procedure: "Approach 3, profile likelihood",
      design: `${design}, ${loss}`,
      noise: "normal .004",
      planted: profileCase(designs[design], noises["normal .004"], loss),
    };
  }
  yield {
    procedure: "Data-constrained, base known",
    design: "4 sizes x 4 amounts of unique data x 5 epochs",
    noise: "normal .004",
    planted: repetitionCase(),
  };
  yield { procedure: "Any law: m2", design: "12 points over four decades", noise: "normal .01", planted: curveCase() };
  for (const points of [12, 20]) {
    yield {
      procedure: "Any law: loss-frontier",
      design: `${points} points, 1e18 to 1e22 FLOPs`,
      noise: "normal .004",
      planted: frontierCase(points),
    };
  }
  yield {
    procedure: "Kaplan L(N, D)",
    design: "5 x 7, span 8, Kaplan's own law",
    noise: "normal .004",
    planted: kaplanCase(),
  };
}

function profileCase(design, draw, loss) {
  const law = laws[design.law];
  const runs = design.plan();
  return {
    truth: { a: chinchillaExponents(law).a, E: law.E, alpha: law.alpha, beta: law.beta },
    intervals(random) {
      const fitted = orThrow(fitParametric(noisy(runs, draw, random), { loss, resamples: 0, profile: true }));
      return Object.fromEntries(Object.entries(fitted.profile95).map(([name, { interval }]) => [name, interval]));
    },
  };
}

function repetitionCase() {
  const runs = [1e8, 3e8, 1e9, 3e9].flatMap((parameters) =>
    [1e9, 3e9, 1e10, 3e10].flatMap((uniqueTokens) =>
      [1, 4, 10, 30, 60].map((epochs) => {
        const tokens = epochs * uniqueTokens;
        const loss = dataConstrained(uniqueTokens).loss(muennighoffConstants, parameters, tokens);
        return {
          id: `${parameters}-${tokens}-${epochs}`,
          parameters,
          tokens,
          uniqueTokens,
          flops: 6 * parameters * tokens,
          loss,
        };
      }),
    ),
  );
  return {
    truth: { RD: muennighoffConstants.RD, RN: muennighoffConstants.RN },
    intervals(random) {
      const { E, A, B, alpha, beta } = muennighoffConstants;
      const base = { E, A, B, alpha, beta };
      const made = noisy(runs, noises["normal .004"], random);
      return orThrow(fitDataConstrained(made, { base, resamples: 200, random })).intervals95;
    },
  };
}

function curveCase() {
  const truth = { beta: 5, c: -0.3, epsInf: 0.2 };
  const [amplitude, exponent, floor] = Object.keys(m2.parameters);
  const parameters = { [amplitude]: truth.beta, [exponent]: truth.c, [floor]: truth.epsInf };
  const xs = Array.from({ length: 12 }, (_, i) => 10 ** (2 + (4 * i) / 11));
  return {
    truth: parameters,
    intervals(random) {
      const rows = xs.map((x) => ({
        inputs: { x },
        y: m2.value(parameters, { x }) * Math.exp(noises["normal .01"](random)),
      }));
      return orThrow(fitLaw(m2, rows, { resamples: 300, random })).intervals95;
    },
  };
}

function frontierCase(points) {
  const truth = lossFrontier.published.parameters;
  return {
    truth: { ...truth, "loss (x10)": lossFrontier.value(truth, { C: 1e23 }) },
    intervals(random) {
      const rows = Array.from({ length: points }, (_, i) => {
        const C = 10 ** (18 + (4 * i) / (points - 1));
        return { inputs: { C }, y: lossFrontier.value(truth, { C }) * Math.exp(noises["normal .004"](random)) };
      });
      const fitted = orThrow(fitLaw(lossFrontier, rows, { resamples: 300, random }));
      return { ...fitted.intervals95, "loss (x10)": orThrow(predictFrom(fitted, { C: 1e23 })).interval95 };
    },
  };
}

function kaplanCase() {
  const budgets = doubling(1e18, 5);
  const runs = budgets.flatMap((flops) => {
    const centre = kaplanModelData.optimum(kaplanTruth, flops).parameters;
    return Array.from({ length: 7 }, (_, i) => {
      const parameters = centre * 8 ** (i / 6 - 0.5);
      const tokens = flops / (6 * parameters);
      return {
        id: `${flops}-${i}`,
        parameters,
        tokens,
        flops,
        budget: flops,
        loss: kaplanModelData.loss(kaplanTruth, parameters, tokens),
      };
    });
  });
  return {
    truth: {
      a: kaplanModelDataExponents(kaplanTruth).a,
      alphaN: kaplanTruth.alphaN,
      alphaD: kaplanTruth.alphaD,
      // Along its own optimum the law is a pure power of C.
      "alphaC of L(C)": (kaplanTruth.alphaN * kaplanTruth.alphaD) / (kaplanTruth.alphaN + kaplanTruth.alphaD),
    },
    intervals(random) {
      const [compute, fitted] = orThrow(
        fitKaplan(noisy(runs, noises["normal .004"], random), { resamples: RESAMPLES, random }),
      );
      return { ...fitted.intervals95, "alphaC of L(C)": compute.intervals95.alphaC };
    },
  };
}

export const coverageCases = [...cases()];
