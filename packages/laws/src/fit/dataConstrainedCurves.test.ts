import { describe, expect, test } from "vitest";
import { dataConstrained } from "../laws/dataConstrained.js";
import { NO_DECAY } from "../laws/forms/repetition.js";
import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { createRandom, type Random } from "../numerics/random.js";
import { muennighoffConstants } from "../published/muennighoff.js";
import type { RunRecord } from "../record.js";
import { measureCoverage } from "../uncertainty/coverage.js";
import { fitDataConstrained } from "./dataConstrained.js";
import { dataConstrainedCurves } from "./dataConstrainedCurves.js";

const truth = { ...muennighoffConstants, RD: 15, RN: 5 };
const planted = (random: Random, noise = 0.004, of = truth): RunRecord[] =>
  [1e8, 1e9, 1e10].flatMap((uniqueTokens) =>
    [0.01, 0.05, 0.3, 1].flatMap((size) =>
      [1, 4, 16, 60].map((epochs): RunRecord => {
        const [parameters, tokens] = [size * uniqueTokens, epochs * uniqueTokens];
        const loss = dataConstrained(uniqueTokens).loss(of, parameters, tokens) * Math.exp(noise * random.normal());
        const id = `${uniqueTokens}/${size}/${epochs}`;
        return { id, parameters, tokens, flops: 6 * parameters * tokens, loss, uniqueTokens };
      }),
    ),
  );
const base = { base: muennighoffConstants, resamples: 0 } as const;

describe("profiles of the data-constrained law", () => {
  test("tell at every point what a fit with R* held there costs", () => {
    const records = planted(createRandom(2));
    const fit = fitDataConstrained(records, { ...base, loss: "mse" });
    const curves = dataConstrainedCurves(fit, records, { steps: 4 });
    expect(Object.keys(curves)).toEqual(["RD", "RN"]);
    // With one held, the other by a search over its decay.
    const costOf = (name: "RD" | "RN", value: number): number => {
      const meanSquare = (decay: number): number => {
        const other = Math.min(1 / decay - 1, NO_DECAY);
        const p = { ...truth, RD: name === "RD" ? value : other, RN: name === "RN" ? value : other };
        const residuals = records.map((r) =>
          Math.log(dataConstrained(r.uniqueTokens ?? r.tokens).loss(p, r.parameters, r.tokens) / r.loss),
        );
        return residuals.reduce((sum, r) => sum + r * r, 0) / records.length;
      };
      return meanSquare(gridThenGolden(meanSquare, 0, 0.6, 12, 1e-7));
    };
    for (const name of ["RD", "RN"] as const) {
      const { points, level, estimate, interval } = curves[name]!;
      expect(estimate / fit.parameters[name]).toBeCloseTo(1, 4);
      expect(points.map(({ value }) => value)).toEqual(points.map(({ value }) => value).sort((p, q) => p - q));
      expect(interval[0]).toBeLessThan(estimate);
      expect(interval[1]).toBeGreaterThan(estimate);
      for (const { value, rise } of points) {
        const held = costOf(name, value);
        // Both tell mean squares; the search sums half of them.
        const cost = ((held - fit.objective) * records.length) / 2;
        expect(Math.abs(cost - rise), `${name} ${value}`).toBeLessThan(3e-3 * level);
      }
    }
  });

  test("are open upwards where repeating may lose nothing", () => {
    const free = { ...truth, RD: NO_DECAY };
    const records = planted(createRandom(5), 0.004, free);
    const fit = fitDataConstrained(records, { ...base, loss: "mse" });
    const { RD } = dataConstrainedCurves(fit, records);
    expect(RD!.open).toEqual(["high"]);
    expect(RD!.interval[0]).toBeGreaterThan(50);
    expect(RD!.interval[1]).toBe(NO_DECAY);
  });

  test("know E, alpha and beta where they were fitted too", () => {
    const records = planted(createRandom(2));
    const fit = fitDataConstrained(records, { ...base, loss: "mse", joint: true });
    const curves = dataConstrainedCurves(fit, records, { steps: 2 });
    expect(Object.keys(curves)).toEqual(["E", "alpha", "beta", "RD", "RN"]);
    for (const name of ["E", "alpha", "beta"] as const) {
      expect(curves[name]!.estimate / fit.parameters[name]).toBeCloseTo(1, 4);
      expect(curves[name]!.interval[0]).toBeLessThan(truth[name]);
      expect(curves[name]!.interval[1]).toBeGreaterThan(truth[name]);
    }
  });

  test("profile what was free alone, and are refused where nothing was", () => {
    const records = planted(createRandom(2));
    const data = fitDataConstrained(records, { ...base, loss: "mse", decaying: "data" });
    expect(Object.keys(dataConstrainedCurves(data, records))).toEqual(["RD"]);
    const none = fitDataConstrained(records, { ...base, loss: "mse", decaying: "none" });
    expect(() => dataConstrainedCurves(none, records)).toThrow(/nothing to profile/);
  });

  test.each(["mse", "huber", "lad"] as const)("hold the planted R_D* and R_N* about 95 times in 100: %s", (loss) => {
    const { coverage } = measureCoverage(
      {
        truth: { RD: truth.RD, RN: truth.RN },
        intervals(random) {
          const records = planted(random);
          const curves = dataConstrainedCurves(fitDataConstrained(records, { ...base, loss }), records, { steps: 1 });
          return { RD: curves.RD?.interval, RN: curves.RN?.interval };
        },
      },
      { studies: loss === "mse" ? 100 : 50, seed: 11 },
    );
    // Of 100 that hold in 95 %, 89 to 99 with probability 99 %; the robust ones estimate the density at 0 from 48 rows.
    for (const { share, quantity } of coverage)
      expect(share, quantity).toBeGreaterThanOrEqual(loss === "mse" ? 0.89 : 0.84);
    expect(coverage.map(({ medianWidth }) => medianWidth < 1.5)).toEqual([true, true]);
  });
});
