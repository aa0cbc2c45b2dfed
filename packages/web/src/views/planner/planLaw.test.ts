import {
  clusterFlops,
  createRandom,
  dataConstrained,
  fitDataConstrained,
  fitParametric,
  isIsoflopError,
  orThrow,
  parseCluster,
  plan,
  publishedLaws,
  syntheticStudy,
} from "@isoflop/laws";
import { describe, expect, it } from "vitest";
import { JAPANESE_LAWS } from "../../i18n/publishedLaws.js";
import type { FittedLaw } from "../../state/fittedLaws.js";
import { budgetOf, commandOf, flopsOf, hardwareOf, spendingOf } from "./budget.js";
import { formatCost, spanOf } from "./format.js";
import { drawsLoss, intervalsOf } from "./intervals.js";
import { type Choice, chooseLaw, type LawPlan, planLaw, planLimited, planServed } from "./planLaw.js";
import { proposal } from "./proposal.js";
import { DEFAULTS, fitId, OWN, type PlannerState } from "./state.js";

const hoffmann = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const planned = (id: string, flops: number, fits: readonly FittedLaw[] = []): LawPlan => {
  const choice = chooseLaw(id, hoffmann, fits);
  return planLaw(choice as Choice & Required<Pick<Choice, "law">>, flops)!;
};
const fitted = (resamples: number): FittedLaw => {
  const records = syntheticStudy({
    truth: { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 },
    budgets: [3e9, 1e10, 3e10, 1e11],
    sizes: 7,
    width: 8,
    noise: 0.003,
  });
  return { key: "sotu 3", study: "sotu", fit: orThrow(fitParametric(records, { resamples })) };
};

describe("a law's plan on the page", () => {
  it.each(publishedLaws.map(({ name }) => name))(
    "%s: is what the library plans, with serving and few tokens as well",
    (name) => {
      for (const flops of [1e20, 3e22, 5.76e23]) {
        const mine = planned(name, flops);
        expect(mine.made).toEqual(plan(name, flops));
        const options = { inferenceTokens: 2e12, uniqueTokens: 5e10 };
        const all = plan(name, flops, options);
        if (isIsoflopError(all)) {
          expect(all.code).toBe("law-without-loss");
          expect([planServed(mine, 2e12), planLimited(mine, 5e10)]).toEqual([undefined, undefined]);
          continue;
        }
        const [limited, served] = all.alternatives.slice(2);
        expect(planLimited(mine, 5e10)).toEqual(limited);
        const { parameters, tokens, trainingFlops, loss, totalFlops, usualFlops } = planServed(mine, 2e12)!;
        expect({ parameters, tokens, flops: trainingFlops, loss }).toEqual({
          ...{ parameters: served!.parameters, tokens: served!.tokens, flops: served!.flops, loss: served!.loss },
        });
        expect(served!.note).toContain(`${(100 * (1 - totalFlops / usualFlops)).toFixed(1)} % less`);
      }
    },
  );

  it("of typed constants: Hoffmann's equation 4, and nothing where they leave no model", () => {
    const { made } = planned(OWN, 5.88e23);
    expect(made.optimum.parameters / 1e9).toBeCloseTo(32.5, 1);
    const extreme = chooseLaw(OWN, { E: 0, A: 1e9, B: 1e-6, alpha: 0.01, beta: 0.01 }, []);
    expect(planLaw(extreme as Choice & Required<Pick<Choice, "law">>, 1e22)).toBeUndefined();
  });

  it("of a fit of the page: with intervals, and how far it reaches beyond its runs", () => {
    const fit = fitted(100);
    const mine = planned(fitId(fit.key), 1e12, [fit]);
    expect(mine.choice).toMatchObject({ kind: "fit", name: "sotu, approach 3" });
    const [low, high] = mine.made.optimum.intervals95!.parameters;
    expect(low).toBeLessThan(mine.made.optimum.parameters);
    expect(high).toBeGreaterThan(mine.made.optimum.parameters);
    expect(mine.reach).toEqual({ side: "above", factor: expect.closeTo(10, 6) });
    const absent = { kind: "fit", name: "another", reason: "noDraws" };
    expect(chooseLaw(fitId("another"), hoffmann, [fit])).toEqual({ id: fitId("another"), ...absent });
  });

  it("knows how far every published law reaches but Muennighoff's, whose runs are not at hand", () => {
    const sides = (flops: number) =>
      Object.fromEntries(publishedLaws.map(({ name }) => [name, planned(name, flops).reach.side]));
    const { "muennighoff-2023": none, ...above } = sides(1e23);
    expect(none).toBe("unknown");
    expect(new Set(Object.values(above))).toEqual(new Set(["above"]));
    // Of Kaplan's runs the largest alone is known.
    const { "muennighoff-2023": _, "kaplan-2020": kaplan, ...below } = sides(1e14);
    expect(kaplan).toBe("unknown");
    expect(new Set(Object.values(below))).toEqual(new Set(["below"]));
    expect(planned("hoffmann-2022-approach-2", 3e22).reach.factor).toBeCloseTo(10, 9);
    expect(planned("hoffmann-2022-approach-2", 6e17).reach.factor).toBeCloseTo(10, 9);
    expect(planned("besiroglu-2024", 1e20).reach).toEqual({ side: "inside", factor: 1 });
  });
});

describe("with serving counted, by a fit with draws", () => {
  const { fit, key } = fitted(100);
  const asked = { kind: "served", id: key, fit, flops: 1e12 } as const;

  it("has intervals around it, which with nothing to serve are those of the optimum", () => {
    const mine = planned(fitId(key), 1e12, [{ key, study: key, fit }]);
    const found = planServed(mine, 1e7)!;
    const { parameters, tokens } = intervalsOf({ ...asked, tokens: 1e7 })!;
    for (const [value, [low, high]] of [
      [found.parameters, parameters],
      [found.tokens, tokens],
    ] as const) {
      expect(value).toBeGreaterThan(low);
      expect(value).toBeLessThan(high);
    }
    const optimum = mine.made.optimum.intervals95!;
    const unserved = intervalsOf({ ...asked, tokens: 1 })!;
    unserved.parameters.forEach((end, i) => {
      expect(end / optimum.parameters[i]!).toBeCloseTo(1, 4);
    });
  });

  it("says that there are none without draws", () => {
    expect(drawsLoss(fit)).toBe(true);
    expect(drawsLoss(fitted(0).fit)).toBe(false);
    expect(intervalsOf({ ...asked, fit: fitted(0).fit, tokens: 1e7 })).toBeUndefined();
  });
});

describe("few unique tokens by a fit that has its own R_D* and R_N*", () => {
  const truth = { E: 1.87, A: 521, B: 2500, alpha: 0.353, beta: 0.38, RD: 15, RN: 5 };
  const { RD, RN, ...base } = truth;
  const random = createRandom(3);
  const runs = [4e8, 1.5e9, 1e10].flatMap((uniqueTokens) =>
    [0.2, 0.7, 2, 6].flatMap((size) =>
      [1, 3, 10, 40].map((epochs) => {
        const [parameters, tokens] = [size * 0.05 * uniqueTokens, epochs * uniqueTokens];
        const loss = dataConstrained(uniqueTokens).loss(truth, parameters, tokens) * Math.exp(0.002 * random.normal());
        return { parameters, tokens, flops: 6 * parameters * tokens, loss, uniqueTokens };
      }),
    ),
  );
  const fit = orThrow(fitDataConstrained(runs, { base, resamples: 40 }));
  const mine = planned(fitId("dc"), 1e22, [{ key: "dc", study: "dc", fit }]);

  it("is planned at once without intervals, and the worker's intervals make it what the library plans", () => {
    expect(mine.choice.reason).toBe("heldBase");
    expect(mine.made.optimum).not.toHaveProperty("intervals95");
    expect(fit.parameters.RD / RD).toBeGreaterThan(0.5);
    expect(fit.parameters.RN / RN).toBeGreaterThan(0.2);
    const all = plan(fit, 1e22, { uniqueTokens: 1e10 });
    if (isIsoflopError(all)) throw all;
    const { note: _, intervals95, ...expected } = all.alternatives.find(({ kind }) => kind === "data-constrained")!;
    const { note: __, ...limited } = planLimited(mine, 1e10)!;
    expect(limited).toEqual(expected);
    expect(intervals95).toBeDefined();
    expect(intervalsOf({ kind: "limited", id: "dc", fit, flops: 1e22, tokens: 1e10 })).toEqual(intervals95);
    expect(intervalsOf({ kind: "served", id: "dc", fit, flops: 1e22, tokens: 1e12 })).toBeUndefined();
  });
});

describe("the budget", () => {
  const state = (part: Partial<PlannerState>, texts: Partial<PlannerState["texts"]> = {}): PlannerState => ({
    ...{ ...DEFAULTS, ...part },
    texts: { ...DEFAULTS.texts, ...texts },
  });

  it("is the command line's, whichever way it is said", () => {
    expect(flopsOf(state({}))).toBe(clusterFlops(orThrow(parseCluster("64xH100")), 14, 0.4));
    expect(flopsOf(state({ way: "flops" }, { flops: "20PF-days" }))).toBe(20 * 8.64e19);
    expect(flopsOf(state({ way: "pfDays" }, { pfDays: "3640" }))).toBe(3640 * 8.64e19);
  });

  it("takes the days that were said, and costs hours times price", () => {
    const budget = budgetOf(state({}, { price: "2" }));
    expect(budget.days).toBeCloseTo(14, 12);
    expect(budget.cost).toBeCloseTo(64 * 14 * 24 * 2, 6);
    expect(budgetOf(state({}, { price: "" }))).not.toHaveProperty("cost");
    const hardware = hardwareOf(state({}, { gpus: "8", mfu: "0.5" }));
    expect(spendingOf(8 * 989.5e12 * 0.5 * 86_400 * 3, hardware).days).toBeCloseTo(3, 12);
  });

  it("has a command line that says the same", () => {
    expect(commandOf(state({}, { served: "2T" }), "besiroglu-2024")).toBe(
      "isoflop plan --gpus 64xH100 --days 14 --mfu 40% --law besiroglu-2024 --inference-tokens 2T",
    );
    expect(commandOf(state({ way: "flops" }, { flops: "20 PF-days", unique: "1e11" }), "besiroglu-2024")).toBe(
      "isoflop plan --flops '20 PF-days' --law besiroglu-2024 --unique-tokens 1e11",
    );
  });
});

describe("times and costs", () => {
  it.each([
    [14, "days", 14],
    [0.5, "hours", 12],
    [0.01, "minutes", 14.4],
    [1e-9, "seconds", 8.64e-5],
  ] as const)("%s days are told in %s", (days, unit, value) => {
    expect(spanOf(days)).toEqual({ unit, value: expect.closeTo(value, 9) });
  });

  it("what costs less than the least coin is said to, and nothing is free that is not", () => {
    expect(formatCost(1e-5, "USD", "en")).toBe("< $0.01");
    expect(formatCost(0, "USD", "en")).toBe("$0.00");
    expect(formatCost(53_760, "USD", "en")).toBe("$53,760");
  });
});

describe("the proposal's paragraph", () => {
  const facts = (plans: readonly LawPlan[]) => ({
    ...{ budget: budgetOf(DEFAULTS), hardware: hardwareOf(DEFAULTS), currency: "USD" as const, plans },
  });

  it("has the budget, each law's optimum with its source, why there is no interval, and that it extrapolates", () => {
    const text = proposal(facts(DEFAULTS.laws.map((id) => planned(id, flopsOf(DEFAULTS)))), "en");
    for (const part of [
      "3.06e22 training FLOPs (355 PF-days): 14 days on 64 H100 at 40 % MFU",
      "$53,760",
      "arXiv:2203.15556",
      "arXiv:2404.10102",
      "no interval can be given",
      "2.4 times the largest compute",
    ])
      expect(text).toContain(part);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("has the intervals of a fit, in both languages", () => {
    const fit = fitted(100);
    const plans = [planned(fitId(fit.key), 1e12, [fit])];
    const { parameters } = plans[0]!.made.optimum.intervals95!;
    expect(parameters[0]).toBeLessThan(parameters[1]);
    expect(proposal(facts(plans), "en")).toMatch(/95 % interval [\d.]+M?k?–[\d.]+M?k?/);
    expect(proposal(facts(plans), "ja")).toMatch(/95% 信頼区間 [\d.]+M?k?–[\d.]+M?k?/);
    expect(proposal(facts(plans), "en")).not.toContain("no interval");
  });
});

it("every published law has its title and all of its notes in Japanese", () => {
  for (const { name, notes } of publishedLaws)
    expect({ name, notes: JAPANESE_LAWS[name]?.notes.length }).toEqual({ name, notes: notes.length });
});
