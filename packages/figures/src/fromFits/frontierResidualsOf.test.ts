import { createRandom, fitIsoflop, orThrow, profileResiduals, syntheticStudy } from "@isoflop/laws";
import { expect, it } from "vitest";
import { frontierResidualsOf } from "./frontierResidualsOf.js";

const study = (noise: number, width: number) =>
  syntheticStudy({
    truth: { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 },
    budgets: [3e9, 1e10, 3e10, 1e11],
    sizes: 7,
    width,
    noise,
    random: createRandom(2),
  });
const records = study(0.004, 9);
const fit = orThrow(fitIsoflop(records, { resamples: 0 }));

it("puts each minimum where it lies off the power law, with the error of its size", () => {
  const { approach, optima } = frontierResidualsOf(fit, new Map());
  expect(approach).toBe("2");
  const minima = fit.profiles.flatMap(({ status, vertex }) => (status === "used" && vertex ? [vertex] : []));
  expect(optima).toHaveLength(minima.length);
  optima.forEach(({ flops, parameters, loss, standardError }, i) => {
    const { kN, a, E, k, gamma } = fit.parameters;
    const minimum = minima[i];
    expect((kN * flops ** a * Math.exp(parameters)) / (minimum?.parameters ?? 0)).toBeCloseTo(1, 9);
    expect((E + k * flops ** -gamma) * Math.exp(loss)).toBeCloseTo(minimum?.loss ?? 0, 9);
    expect(standardError).toBe(minimum?.standardError);
  });
});

it("puts each run where it lies off the parabola of its budget", () => {
  const { runs = [] } = frontierResidualsOf(fit, new Map([[records[0]?.id ?? "", "first"]]));
  const used = fit.profiles.filter(({ status }) => status === "used");
  expect(runs).toHaveLength(used.flatMap(({ points }) => points).length);
  expect(runs.find(({ id }) => id === records[0]?.id)?.name).toBe("first");
  for (const { coefficients, points, residualSum, vertex, budget } of used) {
    const [c0, c1, c2] = coefficients ?? [0, 0, 0];
    let squares = 0;
    for (const { id, parameters, loss } of points) {
      const run = runs.find((one) => one.id === id);
      const parabola = c0 + c1 * Math.log(parameters) + c2 * Math.log(parameters) ** 2;
      expect(run).toMatchObject({ budget, ofMinimum: parameters / (vertex?.parameters ?? 0) });
      expect(parabola * Math.exp(run?.loss ?? 0)).toBeCloseTo(loss, 9);
      squares += (loss - parabola) ** 2;
    }
    expect(squares / residualSum).toBeCloseTo(1, 6);
  }
});

it("follows the term in ln C of uneven budgets: losses that obey one exactly leave nothing", () => {
  const points = [1, 2, 4, 8, 16, 32].map((n, i) => {
    const [parameters, flops] = [1e6 * n, 1e12 * (i % 2 === 0 ? 1 : 1.3)];
    const loss = 3 + 0.05 * Math.log(n / 5) ** 2 - 0.2 * Math.log(flops / 1e12);
    return { id: `${i}`, parameters, tokens: flops / 6 / parameters, flops, loss };
  });
  for (const residual of profileResiduals({ points })) expect(Math.abs(residual)).toBeLessThan(1e-12);
  expect(profileResiduals({ points: points.slice(0, 2) })).toEqual([]);
});

it("has no runs about a spline, which passes through every size", () => {
  const spline = orThrow(fitIsoflop(study(0, 9), { curve: "akima", resamples: 0 }));
  expect(frontierResidualsOf(spline, new Map()).runs).toBeUndefined();
});
