import { fitParametric, orThrow, syntheticStudy, totalParameters } from "@isoflop/laws";
import { expect, it } from "vitest";
import type { FittedLaw } from "../../state/fittedLaws.js";
import { budgetOf, hardwareOf } from "./budget.js";
import { mapData } from "./figuresOf.js";
import { chooseLaw, type LawPlan, planLaw } from "./planLaw.js";
import { proposal } from "./proposal.js";
import { DEFAULTS, fitId } from "./state.js";
import { computeCount, wholeModel } from "./wholeModel.js";

const constants = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const plannedBy = (id: string, flops: number, fits: readonly FittedLaw[] = []): LawPlan => {
  const choice = chooseLaw(id, constants, fits);
  const plan = choice.law && planLaw({ ...choice, law: choice.law }, flops);
  if (plan === undefined) throw new Error(`no plan by ${id}`);
  return plan;
};
const facts = (plans: readonly LawPlan[]) => ({
  ...{ budget: budgetOf(DEFAULTS), hardware: hardwareOf(DEFAULTS), currency: "USD" as const, plans },
});

/** A fit in N without embeddings, of shapes whose embeddings are 500 N^.4, with C that of the whole model. */
const embeddings = { coefficient: 500, exponent: 0.4 };
const without = (embedded?: typeof embeddings): FittedLaw => {
  const records = syntheticStudy({
    truth: { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 },
    budgets: [3e9, 1e10, 3e10, 1e11],
    sizes: 7,
    width: 8,
  }).map((record) => ({
    ...record,
    flops: 6 * (record.parameters + embeddings.coefficient * record.parameters ** embeddings.exponent) * record.tokens,
  }));
  const convention = { parameters: "non-embedding", flops: "6N" } as const;
  const fit = orThrow(fitParametric(records, { resamples: 20, convention }));
  return { key: "k", study: "small", fit, ...(embedded && { embeddings: embedded }) };
};

it("turns an N without embeddings into that of the whole model on the map, where known models are, and nowhere else", () => {
  const plan = plannedBy(fitId("k"), 1e12, [without(embeddings)]);
  const { parameters, intervals95 } = plan.made.optimum;
  const whole = (n: number) => n + 500 * n ** 0.4;
  const [law] = mapData([{ name: "small", plan }], 1e12, [undefined], [undefined]).laws;
  expect(law?.optimum.parameters).toBeCloseTo(whole(parameters), 6);
  expect(law?.optimum.parametersInterval).toEqual(intervals95?.parameters.map(whole));
  expect(law?.optima[5]?.parameters).toBeCloseTo(whole(plan.optima[5]!.parameters), 6);
  const kaplan = plannedBy("kaplan-2020", 1e23);
  const [other] = mapData([{ name: "kaplan", plan: kaplan }], 1e23, [undefined], [undefined]).laws;
  expect(other?.optimum.parameters).toBe(totalParameters(kaplan.made.optimum.parameters));
  const total = plannedBy("besiroglu-2024", 1e23);
  expect(mapData([{ name: "epoch", plan: total }], 1e23, [undefined], [undefined]).laws[0]?.optimum.parameters).toBe(
    total.made.optimum.parameters,
  );
});

it("is said in the proposal, in both languages, with the whole model where it is known", () => {
  const known = [plannedBy(fitId("k"), 1e12, [without(embeddings)])];
  expect(proposal(facts(known), "en")).toMatch(
    /counts parameters without embeddings; with them the model has about [\d.]+[kM], for shapes as those of its runs\./,
  );
  expect(proposal(facts(known), "ja")).toMatch(/埋め込みを除くものである\(埋め込みを含めると約 [\d.]+[kM]/);
  const unknown = [plannedBy(fitId("k"), 1e12, [without()])];
  expect(proposal(facts(unknown), "en")).toContain("This counts parameters without embeddings.");
  expect(wholeModel(unknown[0]!.law, undefined)).toBeUndefined();
  expect(proposal(facts([plannedBy("kaplan-2020", 1e23)]), "en")).toContain("by Pearce & Song 2024");
  expect(proposal(facts([plannedBy("besiroglu-2024", 1e23)]), "en")).not.toContain("embeddings");
});

it("tells 6ND of all parameters from 6ND of the law's own", () => {
  expect(computeCount(plannedBy(fitId("k"), 1e12, [without()]).law)).toBe("6N-total");
  expect(computeCount(plannedBy("besiroglu-2024", 1e23).law)).toBe("6N");
  expect(computeCount(plannedBy("kaplan-2020", 1e23).law)).not.toBe("6N-total");
});
