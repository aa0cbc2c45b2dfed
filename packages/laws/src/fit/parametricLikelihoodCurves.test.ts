import { expect, test } from "vitest";
import { createRandom } from "../numerics/random.js";
import { fitParametric } from "./parametric.js";
import { parametricCurves } from "./parametricLikelihoodCurves.js";
import { profileForecast } from "./parametricProfile.js";
import { syntheticStudy } from "./synthetic.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const budgets = [3e9, 1e10, 3e10, 1e11, 3e11];
const records = syntheticStudy({ truth, budgets, sizes: 7, width: 16, noise: 0.003, random: createRandom(4) });
const relative = (found: number, expected: number) => Math.abs(found / expected - 1);

test.each(["mse", "huber"] as const)(
  "every point of a curve is what a fit with the parameter held there costs: %s",
  (loss) => {
    const fit = fitParametric(records, { loss, resamples: 0 });
    const curves = parametricCurves(fit, records);
    for (const name of ["E", "alpha", "beta"] as const) {
      const { points, level } = curves[name]!;
      expect(points.length).toBe(17);
      // The search sums half of the squares, of which the fit tells the mean.
      const scale = loss === "mse" ? records.length / 2 : 1;
      for (const { value, rise: found } of points) {
        const held = fitParametric(records, { loss, resamples: 0, fixed: { [name]: value } });
        expect(Math.abs(scale * (held.objective - fit.objective) - found), `${name} ${value}`).toBeLessThan(
          0.003 * level,
        );
      }
    }
  },
);

test("a curve passes its level at the ends of its interval, and is 0 at the estimate", () => {
  const fit = fitParametric(records, { loss: "mse", resamples: 0, profile: true });
  const curves = parametricCurves(fit, records, { flops: 1e13 });
  expect(Object.keys(curves)).toEqual(["E", "A", "B", "alpha", "beta", "a", "N_opt"]);
  for (const [name, { interval, estimate, points, level }] of Object.entries(curves)) {
    expect(points.map(({ value }) => value)).toEqual(points.map(({ value }) => value).sort((a, b) => a - b));
    expect(points.find(({ value }) => relative(value, estimate) < 1e-12)?.rise).toBe(0);
    for (const { value, rise } of points) {
      const inside = value > interval[0] * (1 + 1e-6) && value < interval[1] * (1 - 1e-6);
      if (inside) expect(rise, name).toBeLessThan(level);
      else expect(rise, name).toBeGreaterThan(level * 0.999);
    }
    expect(points[0]!.value).toBeLessThan(interval[0]);
    expect(points.at(-1)!.value).toBeGreaterThan(interval[1]);
  }
  expect(relative(curves.alpha!.interval[0], fit.profile95!.alpha!.interval[0])).toBeLessThan(1e-9);
  const forecast = profileForecast(fit, records, 1e13);
  expect(relative(curves.N_opt!.interval[1], forecast.parameters.interval[1])).toBeLessThan(1e-6);
});

test("an end that is open has no points beyond it", () => {
  const flat = syntheticStudy({
    truth: { ...truth, E: 0 },
    budgets,
    sizes: 7,
    width: 16,
    noise: 0.003,
    random: createRandom(1),
  });
  const curves = parametricCurves(fitParametric(flat, { loss: "mse", resamples: 0 }), flat);
  expect(curves.E!.open).toContain("low");
  expect(Math.min(...curves.E!.points.map(({ value }) => value))).toBeGreaterThanOrEqual(0);
});
