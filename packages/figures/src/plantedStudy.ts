import { modelLoss } from "./contours.js";
import type {
  BacktestErrorsData,
  ChinchillaConstants,
  ForecastCheckData,
  IsoflopProfile,
  IsoflopProfilesData,
  KaplanComputeData,
  LossContoursData,
  OptimumScalingData,
  Parabola,
  PowerLaw,
  PublishedModelsData,
  ResidualsData,
  RunCurve,
  RunPoint,
  TrainingCurvesData,
} from "./data.js";
import { publishedModelsExample } from "./publishedModelsExample.js";
import { logSpace } from "./ticks.js";

/** All that the figures need, of one made-up study. */
export interface PlantedStudy {
  readonly law: ChinchillaConstants;
  readonly runs: readonly RunPoint[];
  readonly trainingCurves: TrainingCurvesData;
  readonly isoflopProfiles: IsoflopProfilesData;
  readonly optimumScaling: OptimumScalingData;
  readonly lossContours: LossContoursData;
  readonly kaplanCompute: KaplanComputeData;
  readonly residuals: ResidualsData;
  readonly forecastCheck: ForecastCheckData;
  readonly backtestErrors: BacktestErrorsData;
  readonly publishedModels: PublishedModelsData;
}

/** A law of the kind that byte-level models of a few thousand parameters follow. */
const law: ChinchillaConstants = { E: 1.12, A: 18, B: 74, alpha: 0.34, beta: 0.34 };
const budgets = [3e10, 6e10, 1.2e11, 2.4e11, 4.8e11] as const;
const heldOutBudget = 1.6e12;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Hoffmann et al. 2022, eq. 4, with C = 6ND. */
function optimum(flops: number): { flops: number; parameters: number; tokens: number } {
  const { A, B, alpha, beta } = law;
  const scale = ((alpha * A) / (beta * B)) ** (1 / (alpha + beta));
  const parameters = scale * (flops / 6) ** (beta / (alpha + beta));
  return { flops, parameters, tokens: flops / 6 / parameters };
}

/** Least-squares parabola of loss in u = ln N, by the normal equations about the mean; exact enough for seven points. */
function parabolaThrough(points: readonly { parameters: number; loss: number }[]): Parabola | undefined {
  const u = points.map((point) => Math.log(point.parameters));
  const mean = u.reduce((sum, value) => sum + value, 0) / u.length;
  const sums = [0, 0, 0, 0, 0];
  const moments = [0, 0, 0];
  points.forEach((point, index) => {
    const x = (u[index] ?? mean) - mean;
    for (let power = 0; power <= 4; power += 1) sums[power] = (sums[power] ?? 0) + x ** power;
    for (let power = 0; power <= 2; power += 1) moments[power] = (moments[power] ?? 0) + x ** power * point.loss;
  });
  const [s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0] = sums;
  const [m0 = 0, m1 = 0, m2 = 0] = moments;
  const determinant = s0 * (s2 * s4 - s3 * s3) - s1 * (s1 * s4 - s2 * s3) + s2 * (s1 * s3 - s2 * s2);
  const c0 = (m0 * (s2 * s4 - s3 * s3) - s1 * (m1 * s4 - m2 * s3) + s2 * (m1 * s3 - m2 * s2)) / determinant;
  const c1 = (s0 * (m1 * s4 - m2 * s3) - m0 * (s1 * s4 - s2 * s3) + s2 * (s1 * m2 - s2 * m1)) / determinant;
  const c2 = (s0 * (s2 * m2 - s3 * m1) - s1 * (s1 * m2 - s2 * m1) + m0 * (s1 * s3 - s2 * s2)) / determinant;
  if (!(c2 > 0)) return undefined;
  const vertex = -c1 / (2 * c2);
  return { parameters: Math.exp(mean + vertex), loss: c0 - (c1 * c1) / (4 * c2), curvature: c2 };
}

/** Ordinary least squares of ln L = alpha (ln C_c - ln C); the interval is the usual one of the slope, t(2) = 4.3. */
function powerLawThrough(points: readonly (readonly [flops: number, loss: number])[]): KaplanComputeData["law"] {
  const x = points.map(([flops]) => Math.log(flops));
  const y = points.map(([, loss]) => Math.log(loss));
  const meanX = x.reduce((sum, value) => sum + value, 0) / x.length;
  const meanY = y.reduce((sum, value) => sum + value, 0) / y.length;
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  const slope = x.reduce((sum, value, index) => sum + (value - meanX) * ((y[index] ?? meanY) - meanY), 0) / spread;
  const rest = x.reduce((sum, value, index) => sum + ((y[index] ?? meanY) - meanY - slope * (value - meanX)) ** 2, 0);
  const error = 4.3 * Math.sqrt(rest / Math.max(1, x.length - 2) / spread);
  return {
    criticalFlops: Math.exp(meanX - meanY / slope),
    exponent: -slope,
    exponentInterval: [-slope - error, -slope + error],
  };
}

/** Errors of forecasts from each three or more budgets: noise, and a bias that grows with ln C. */
function backtestPoints(
  noise: number,
  bias: number,
  random: () => number,
): BacktestErrorsData["procedures"][number]["points"] {
  return budgets.slice(1, -1).flatMap((fittedTo, k) =>
    budgets.slice(k + 2).map((heldOut) => {
      const extrapolation = heldOut / fittedTo;
      return { fittedTo, heldOut, extrapolation, logError: noise * normal(random) + bias * Math.log(extrapolation) };
    }),
  );
}

function curveOf(run: RunPoint, random: () => number): RunCurve {
  const steps = 120;
  const curve = logSpace(run.tokens / 400, run.tokens, steps).map((tokens) => {
    // Early training is far above the law: from the uniform loss of a 256-byte vocabulary it falls within some steps.
    const settled = Math.min(Math.log(256), modelLoss(law, run.parameters, tokens));
    const share = Math.exp(-tokens / (run.tokens / 90));
    const loss = (settled + share * (Math.log(256) - settled)) * Math.exp(0.012 * normal(random));
    return { tokens, flops: 6 * run.parameters * tokens, loss };
  });
  return { name: run.name, parameters: run.parameters, curve };
}

function envelope(curves: readonly RunCurve[]): { flops: number; loss: number }[] {
  const all = curves.flatMap((run) => run.curve);
  const high = Math.max(...all.map((point) => point.flops));
  return logSpace(high / 60, high, 60).flatMap((flops) => {
    const losses = curves.flatMap((run) => {
      const last = run.curve.at(-1);
      return last && last.flops >= flops * 0.999 ? [modelLoss(law, run.parameters, flops / (6 * run.parameters))] : [];
    });
    return losses.length > 0 ? [{ flops, loss: Math.min(...losses) }] : [];
  });
}

/**
 * A made-up isoFLOP study that follows a known law with seeded noise: seven sizes at each of five budgets, one budget's
 * grid put so far off that its minimum lies on the edge, and two runs held out. For tests and documentation.
 * @param random seeded generator of uniform numbers in [0, 1)
 */
export function plantedStudy(random: () => number): PlantedStudy {
  const runs: RunPoint[] = budgets.flatMap((budget, at) =>
    Array.from({ length: 7 }, (_, index) => {
      const offset = at === 0 ? 1.6 + 0.35 * index : 0.55 * (index - 3);
      const parameters = Math.round(optimum(budget).parameters * Math.exp(offset));
      const tokens = Math.round(budget / (6 * parameters));
      const loss = modelLoss(law, parameters, tokens) * Math.exp(0.003 * normal(random));
      return { name: `b${at + 1}-n${index + 1}`, parameters, tokens, flops: 6 * parameters * tokens, loss, budget };
    }),
  );
  const profiles = budgets.map((budget): IsoflopProfile => {
    const points = runs.filter((run) => run.budget === budget);
    const sizes = points.map((point) => point.parameters);
    const parabola = parabolaThrough(points);
    const best = points.reduce((least, point) => (point.loss < least.loss ? point : least));
    const interior = parabola && parabola.parameters > Math.min(...sizes) && parabola.parameters < Math.max(...sizes);
    return {
      budget,
      points,
      ...(parabola ? { parabola } : {}),
      minimum: interior
        ? { parameters: parabola.parameters, loss: parabola.loss, status: "fitted" }
        : { parameters: best.parameters, loss: best.loss, status: parabola ? "edge" : "unfitted" },
    };
  });
  const powerLaw = (quantity: "parameters" | "tokens"): PowerLaw => {
    const exponent = quantity === "parameters" ? law.beta / (law.alpha + law.beta) : law.alpha / (law.alpha + law.beta);
    const coefficient = optimum(1e11)[quantity] / 1e11 ** exponent;
    const middle = Math.sqrt(budgets[0] * budgets[4]);
    return {
      coefficient,
      exponent,
      exponentInterval: [exponent - 0.031, exponent + 0.028],
      band: logSpace(2e10, 2e12, 30).map((flops) => {
        const spread = Math.exp(0.06 + 0.045 * Math.abs(Math.log(flops / middle)));
        const value = coefficient * flops ** exponent;
        return { flops, low: value / spread, high: value * spread };
      }),
    };
  };
  const best = optimum(heldOutBudget);
  const heldOut: RunPoint[] = [
    { name: "forecast optimum", shrink: 1 },
    { name: "larger model", shrink: 4 },
  ].map(({ name, shrink }) => {
    const parameters = Math.round(best.parameters * shrink);
    const tokens = Math.round(best.tokens / shrink);
    const loss = modelLoss(law, parameters, tokens) * Math.exp(0.003 * normal(random));
    return { name, parameters, tokens, flops: 6 * parameters * tokens, loss, budget: heldOutBudget };
  });
  const curves = runs.map((run) => curveOf(run, random));
  const minima = profiles.flatMap(({ budget, minimum }) => (minimum ? [{ budget, ...minimum }] : []));
  const frontier = envelope(curves);
  return {
    law,
    runs,
    trainingCurves: { runs: curves, frontier },
    isoflopProfiles: { profiles },
    optimumScaling: {
      minima: minima.map(({ budget, parameters, status }) => {
        const tokens = budget / (6 * parameters);
        return {
          budget,
          parameters,
          tokens,
          status,
          parametersInterval: [parameters * 0.9, parameters * 1.12],
          tokensInterval: [tokens * 0.88, tokens * 1.1],
        };
      }),
      parametersLaw: powerLaw("parameters"),
      tokensLaw: powerLaw("tokens"),
      forecast: {
        ...best,
        parametersInterval: [best.parameters * 0.84, best.parameters * 1.18],
        tokensInterval: [best.tokens * 0.85, best.tokens * 1.19],
      },
      heldOut: heldOut.map(({ name, flops, parameters, tokens }) => ({ label: name, flops, parameters, tokens })),
    },
    lossContours: {
      law,
      runs,
      heldOut,
      frontier: logSpace(2e10, heldOutBudget, 40).map(optimum),
      budgets: [...budgets, heldOutBudget],
    },
    kaplanCompute: {
      curves,
      minima: minima.filter(({ status }) => status === "fitted").map(({ budget, loss }) => ({ flops: budget, loss })),
      law: powerLawThrough(
        minima.filter(({ status }) => status === "fitted").map(({ budget, loss }) => [budget, loss]),
      ),
      heldOut: { label: "forecast optimum", flops: heldOutBudget, loss: heldOut[0]?.loss ?? Number.NaN },
    },
    residuals: { runs: runs.map((run) => ({ ...run, predicted: modelLoss(law, run.parameters, run.tokens) })) },
    forecastCheck: {
      budget: heldOutBudget,
      rows: heldOut.map((run, index) => {
        const predicted = modelLoss(law, run.parameters, run.tokens);
        return {
          role: index === 0 ? "optimum" : "larger",
          label: index === 0 ? "Forecast optimum" : "4× larger, a quarter of the tokens",
          parameters: run.parameters,
          tokens: run.tokens,
          predicted,
          interval95: [predicted * 0.986, predicted * 1.013],
          measured: run.loss,
        };
      }),
    },
    backtestErrors: {
      against: "minimum",
      procedures: [
        { name: "3 parametric", chosen: true, points: backtestPoints(0.003, 0, random) },
        { name: "Kaplan L(C)", points: backtestPoints(0.004, -0.01, random) },
      ],
      asked: heldOutBudget / budgets[4],
    },
    publishedModels: publishedModelsExample(),
  };
}
