import { describe, expect, it } from "vitest";
import { fitParametric } from "../fit/parametric.js";
import { chinchilla } from "../laws/chinchilla.js";
import { createRandom } from "../numerics/random.js";
import { expectedErrors, nominalLaw, type PlannedRun } from "./expectedErrors.js";

const profiles: PlannedRun[] = [1e18, 4e18, 1.6e19, 6.4e19, 2.56e20].flatMap((budget) =>
  [-3, -2, -1, 0, 1, 2, 3].map((step) => {
    const parameters = Math.sqrt(budget / 120) * 8 ** (step / 6);
    return { parameters, tokens: budget / (6 * parameters) };
  }),
);
const NOISE = 0.004;

describe("errors to be expected of a design", () => {
  it("are those that least-squares fits to planted noise have", () => {
    const law = nominalLaw(profiles);
    const expected = expectedErrors(profiles, law, NOISE, 1e21);
    const random = createRandom(5);
    const found: number[][] = [];
    for (let i = 0; i < 120; i++) {
      const records = profiles.map((run, j) => ({
        id: String(j),
        ...run,
        flops: 6 * run.parameters * run.tokens,
        loss: chinchilla.loss(law, run.parameters, run.tokens) * Math.exp(NOISE * random.normal()),
      }));
      const fit = fitParametric(records, { loss: "mse", resamples: 0, starts: 4 });
      const { parameters } = chinchilla.optimum(fit.parameters, 1e21);
      found.push([
        fit.parameters.alpha,
        fit.parameters.beta,
        fit.exponents.a,
        Math.log(parameters),
        Math.log(fit.parameters.E),
      ]);
    }
    const { alpha, beta, a, logOptimum, logE } = expected;
    for (const [k, error] of [alpha, beta, a, logOptimum, logE].entries()) {
      const values = found.map((row) => row[k]!);
      const mean = values.reduce((s, v) => s + v, 0) / values.length;
      const sd = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / (values.length - 1));
      // An sd of 120 draws is off by 6 %; the fit is not quite linear in its parameters.
      expect(sd / error, `parameter ${k}: ${sd} for ${error}`).toBeGreaterThan(0.75);
      expect(sd / error, `parameter ${k}: ${sd} for ${error}`).toBeLessThan(1.35);
    }
  });

  it("fall with the noise, and with the square root of the runs", () => {
    const law = nominalLaw(profiles);
    const once = expectedErrors(profiles, law, NOISE, 1e21);
    expect(expectedErrors(profiles, law, 2 * NOISE, 1e21).a / once.a).toBeCloseTo(2, 6);
    expect(once.a / expectedErrors([...profiles, ...profiles], law, NOISE, 1e21).a).toBeCloseTo(Math.SQRT2, 6);
  });

  it("are out of proportion on a ray of fixed D/N, and infinite where a term cannot show", () => {
    const ray = profiles.map(({ parameters }) => ({ parameters, tokens: 20 * parameters }));
    const cross = expectedErrors(profiles, nominalLaw(profiles), NOISE, 1e21);
    expect(expectedErrors(ray, nominalLaw(ray), NOISE, 1e21).a).toBeGreaterThan(50 * cross.a);
    const oneSize = profiles.map(({ tokens }) => ({ parameters: 1e8, tokens }));
    expect(expectedErrors(oneSize, nominalLaw(oneSize), NOISE, 1e21)).toMatchObject({
      a: Infinity,
      conditionNumber: Infinity,
    });
    expect(expectedErrors(profiles.slice(0, 3), nominalLaw(profiles), NOISE, 1e21).a).toBe(Infinity);
  });
});
