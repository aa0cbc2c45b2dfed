import {
  createRandom,
  dataConstrained,
  fitDataConstrained,
  fitIsoflop,
  fitKaplan,
  fitParametric,
  forecast,
  type LikelihoodCurve,
  likelihoodCurves,
  muennighoffConstants,
  NO_DECAY,
  optimumBy,
  orThrow,
  publishedLaw,
  type RunRecord,
  syntheticStudy,
} from "@isoflop/laws";
import { describe, expect, it } from "vitest";
import {
  bootstrapPairsOf,
  influencedQuantities,
  influenceOf,
  lawComparisonOf,
  profileLikelihoodOf,
} from "./diagnosticFiguresOf.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const records = syntheticStudy({
  truth,
  budgets: [3e9, 1e10, 3e10, 1e11],
  sizes: 5,
  width: 16,
  noise: 0.003,
  random: createRandom(2),
});
const resampled = { resamples: 60, random: createRandom(1) };
const parametric = orThrow(fitParametric(records, { loss: "mse", ...resampled }));
const isoflop = orThrow(fitIsoflop(records, resampled));
const [compute, modelData] = orThrow(fitKaplan(records, resampled));
const names = new Map(records.map(({ id }) => [id, `name of ${id}`]));
const curve: LikelihoodCurve = {
  estimate: 2,
  interval: [1, 3],
  open: ["low"],
  points: [{ value: 2, rise: 0 }],
  level: 1,
};

describe("profileLikelihoodOf", () => {
  it("puts the bootstrap's interval of the same quantity beside each profile", () => {
    const curves = orThrow(likelihoodCurves(parametric, records, { flops: 1e12, steps: 1 }));
    const data = profileLikelihoodOf(curves, parametric, 1e12);
    const of = (name: string) => data.parameters.find((one) => one.name === name);
    expect(data.parameters.map(({ name }) => name)).toEqual(["E", "A", "B", "α", "β", "a", "N_opt"]);
    expect(of("α")?.bootstrap95).toEqual(parametric.intervals95.alpha);
    expect(of("a")?.bootstrap95).toEqual(parametric.intervals95.a);
    expect(of("α")?.logarithmic).toBeUndefined();
    expect(of("A")?.logarithmic).toBe(true);
    // The same digits as a forecast's.
    expect(of("N_opt")?.bootstrap95).toEqual(orThrow(forecast(parametric, 1e12)).intervals95?.parameters);
    const drawn = parametric.draws.rows
      .map((row) => Object.fromEntries(parametric.draws.names.map((name, i) => [name, row[i] ?? 0])))
      .map((values) => optimumBy(parametric, values, 1e12).parameters);
    const [low, high] = of("N_opt")?.bootstrap95 ?? [0, 0];
    const outside = drawn.filter((value) => value < low || value > high).length;
    // Percentiles between two draws: of 60, the outermost two at each end.
    expect(outside).toBe(2 * Math.ceil(0.025 * (drawn.length - 1)));
    expect(of("N_opt")?.interval95?.[0]).toBeLessThan(of("N_opt")?.estimate ?? 0);
    expect(data.flops).toBe(1e12);
    expect(data.held).toBeUndefined();
  });

  it("tells C_c as compute, and R_D* without an end as infinite", () => {
    const Cc = profileLikelihoodOf({ Cc: curve }, compute).parameters[0];
    expect(Cc).toMatchObject({ name: "C_c", compute: true, logarithmic: true, bootstrap95: compute.intervals95.Cc });
    const [RD] = profileLikelihoodOf({ RD: { ...curve, estimate: NO_DECAY } }).parameters;
    expect(RD).toMatchObject({ name: "R_D*", infiniteFrom: NO_DECAY, open: ["low"] });
  });

  it("says what a data-constrained fit held, and gives no bootstrap of an optimum that cannot vary", () => {
    const repeated = [1e8, 1e9].flatMap((uniqueTokens) =>
      [0.02, 0.2, 1].flatMap((size) =>
        [1, 4, 20].map((epochs): RunRecord => {
          const [parameters, tokens] = [size * uniqueTokens, epochs * uniqueTokens];
          const p = { ...muennighoffConstants, RD: 15, RN: 5 };
          const loss = dataConstrained(uniqueTokens).loss(p, parameters, tokens);
          return {
            id: `${uniqueTokens}/${size}/${epochs}`,
            parameters,
            tokens,
            flops: 6 * parameters * tokens,
            loss,
            uniqueTokens,
          };
        }),
      ),
    );
    const fit = orThrow(fitDataConstrained(repeated, { base: muennighoffConstants, loss: "mse", ...resampled }));
    const data = profileLikelihoodOf({ RD: curve, N_opt: curve }, fit, 1e20);
    expect(data.held).toEqual(["E", "A", "B", "α", "β"]);
    expect(data.parameters[1]?.bootstrap95).toBeUndefined();
    const told = influencedQuantities(fit, 1e20);
    expect(told.E).toBe(muennighoffConstants.E);
    expect(told.a).toBeCloseTo(
      muennighoffConstants.beta / (muennighoffConstants.alpha + muennighoffConstants.beta),
      12,
    );
  });
});

describe("bootstrapPairsOf", () => {
  it("has the draws of the first five parameters in their order, under their symbols", () => {
    const data = bootstrapPairsOf(parametric);
    expect(data?.parameters.map(({ name }) => name)).toEqual(["E", "A", "B", "α", "β"]);
    expect(data?.draws).toHaveLength(parametric.draws.rows.length);
    const alpha = parametric.draws.names.indexOf("alpha");
    expect(data?.draws[7]?.[3]).toBe(parametric.draws.rows[7]?.[alpha]);
  });

  it("leaves out what follows from the others, and is absent without draws", () => {
    expect(bootstrapPairsOf(isoflop)?.parameters.map(({ name }) => name)).toEqual(["k_N", "a", "E", "k", "γ"]);
    expect(bootstrapPairsOf({ ...isoflop, draws: { names: isoflop.draws.names, rows: [] } })).toBeUndefined();
  });
});

describe("influenceOf", () => {
  const budget = 1e12;
  const without = records
    .slice(0, 3)
    .map(({ id }, i) => ({ id, a: 0.4 + i / 100, N_opt: 1e4 * (i + 1), L_opt: 2 + i, E: i }));

  it.each(["a", "N_opt", "L_opt", "E"] as const)(
    "tells %s with all runs as the fit does, and without each",
    (quantity) => {
      const data = influenceOf(parametric, without, records, names, quantity, budget);
      const { parameters: N_opt, loss: L_opt } = optimumBy(parametric, parametric.parameters, budget);
      const own = { a: parametric.exponents.a, N_opt, L_opt, E: parametric.parameters.E };
      expect(data?.estimate).toBe(own[quantity]);
      expect(data?.runs.map((run) => run.without)).toEqual(without.map((one) => one[quantity]));
      expect(data?.runs[0]?.name).toBe(`name of ${records[0]?.id}`);
      expect(data?.interval95?.[0]).toBeLessThan(own[quantity] ?? 0);
      expect(data?.interval95?.[1]).toBeGreaterThan(own[quantity] ?? 0);
      expect(data?.flops).toBe(quantity === "N_opt" || quantity === "L_opt" ? budget : undefined);
    },
  );

  it("is absent where the procedure does not tell the quantity, and leaves out runs that are not there", () => {
    expect(influenceOf(modelData, without, records, names, "E", budget)).toBeUndefined();
    expect(influenceOf(compute, without, records, names, "a", budget)).toBeUndefined();
    expect(influencedQuantities(modelData, budget).E).toBeUndefined();
    const data = influenceOf(isoflop, [...without, { id: "gone", a: 1 }, { id: records[4]?.id ?? "" }], records, names);
    expect(data?.runs).toHaveLength(3);
  });
});

describe("lawComparisonOf", () => {
  it("has each law's own optima, bands where there are draws, and published laws without", () => {
    const law = orThrow(publishedLaw("besiroglu-2024"));
    const bare = { ...modelData, draws: { names: [], rows: [] } };
    const data = lawComparisonOf(
      [
        { name: "Approach 3", fit: parametric },
        { name: "Kaplan", fit: bare },
      ],
      [law],
      [3e9, 1e11],
      1e13,
    );
    expect(data.laws.map(({ name }) => name)).toEqual(["Approach 3", "Kaplan", law.title]);
    const [first, second, third] = data.laws;
    const last = first?.optima.at(-1);
    expect(last?.flops).toBeCloseTo(1e13, -2);
    expect(last?.parameters).toBe(optimumBy(parametric, parametric.parameters, last?.flops ?? 0).parameters);
    const band = first?.band?.at(-1);
    expect(band?.low).toBeLessThan(last?.parameters ?? 0);
    expect(band?.high).toBeGreaterThan(last?.parameters ?? 0);
    expect(second?.band).toBeUndefined();
    expect(third).toMatchObject({ published: true });
    expect(data.trained).toEqual([3e9, 1e11]);
  });
});
