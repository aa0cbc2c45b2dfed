import { accelerators, publishedLaws } from "@isoflop/laws";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FIELD_NAMES, isValid, readField } from "./fields.js";
import {
  AXES,
  CURRENCIES,
  DEFAULTS,
  fitId,
  MEASURES,
  MOST_LAWS,
  OWN,
  PARAMETERS,
  type PlannerState,
  parseState,
  printState,
  WAYS,
} from "./state.js";

const amount = fc.oneof(
  fc.double({ min: 1e3, max: 1e20, noNaN: true }).map((x) => x.toPrecision(4)),
  fc.tuple(fc.integer({ min: 1, max: 999 }), fc.constantFrom("M", "B", "T")).map(([x, unit]) => `${x}${unit}`),
);
const constant = fc.double({ min: 0.01, max: 5, noNaN: true }).map(String);
const states: fc.Arbitrary<PlannerState> = fc.record({
  way: fc.constantFrom(...WAYS),
  accelerator: fc.constantFrom(...accelerators.map(({ name }) => name)),
  currency: fc.constantFrom(...CURRENCIES),
  measure: fc.constantFrom(...MEASURES),
  axes: fc.constantFrom(...AXES),
  laws: fc.uniqueArray(
    fc.oneof(
      fc.constantFrom(OWN, ...publishedLaws.map(({ name }) => name)),
      fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }).map(fitId),
    ),
    { minLength: 1, maxLength: MOST_LAWS },
  ),
  texts: fc.record({
    flops: fc.oneof(
      fc.constantFrom("3.5e22", "20PF-days", "2 EF-days"),
      fc.integer({ min: 6, max: 31 }).map((x) => `1e${x}`),
    ),
    pfDays: fc.constantFrom("350", "3640", "0.1", "1_000"),
    gpus: fc.integer({ min: 1, max: 1e6 }).map(String),
    days: fc.constantFrom("14", "0.5", "365"),
    mfu: fc.oneof(
      fc.integer({ min: 1, max: 100 }).map((x) => `${x}%`),
      fc.integer({ min: 1, max: 100 }).map((x) => String(x / 100)),
    ),
    price: fc.oneof(fc.constant(""), fc.double({ min: 0, max: 1e5, noNaN: true }).map(String)),
    served: fc.oneof(fc.constant(""), amount),
    unique: fc.oneof(fc.constant(""), amount),
    E: constant,
    A: constant,
    B: constant,
    alpha: constant,
    beta: constant,
  }),
});

describe("the planner's address", () => {
  it("holds the whole state: what is printed reads back as it was", () => {
    fc.assert(
      fc.property(states, (state) => {
        const { state: again, notices } = parseState(
          new URLSearchParams(new URLSearchParams(printState(state)).toString()),
        );
        expect(again).toEqual(state);
        expect(notices).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it("is empty for the state at first sight", () => {
    expect(printState(DEFAULTS)).toEqual({});
    expect(parseState(new URLSearchParams())).toEqual({ state: DEFAULTS, notices: [] });
  });

  it("says the way by the amount that it gives", () => {
    expect(parseState(new URLSearchParams("flops=1e21")).state.way).toBe("flops");
    expect(parseState(new URLSearchParams("pfDays=20")).state.way).toBe("pfDays");
    expect(parseState(new URLSearchParams("flops=1e21&way=cluster")).state.way).toBe("cluster");
  });

  it("whatever it holds, gives a state of which every text is valid, and a notice for all that it could not use", () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.constantFrom("NaN", "-1", "1e999", "0", "<script>", "%", "__proto__"),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...PARAMETERS), hostile), (given) => {
        const { state, notices } = parseState(new URLSearchParams(given));
        for (const name of FIELD_NAMES) expect(isValid(name, state.texts[name])).toBe(true);
        expect(state.laws.length).toBeGreaterThan(0);
        expect(state.laws.length).toBeLessThanOrEqual(MOST_LAWS);
        expect(parseState(new URLSearchParams(printState(state)))).toEqual({ state, notices: [] });
        for (const { parameter, text } of notices) {
          expect(parameter in given).toBe(true);
          expect(text.length).toBeLessThanOrEqual(61);
        }
        for (const name of FIELD_NAMES) {
          const refused = name in given && !isValid(name, given[name]!);
          expect(notices.some(({ parameter }) => parameter === name)).toBe(refused);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the laws that it can, and says which it cannot", () => {
    const { state, notices } = parseState(new URLSearchParams("laws=nobody+own+fit:%25E0+own+besiroglu-2024"));
    expect(state.laws).toEqual(["own", "besiroglu-2024"]);
    expect(notices.map(({ text }) => text)).toEqual(["nobody", "fit:%E0"]);
  });
});

describe("a field", () => {
  it.each([
    ["flops", "1e23", 1e23],
    ["flops", "20PF-days", 20 * 8.64e19],
    ["flops", " ３.５ｅ２２ ", 3.5e22],
    ["mfu", "40%", 0.4],
    ["mfu", "0.4", 0.4],
    ["gpus", "1k", 1000],
    ["served", "2T", 2e12],
    ["served", "", undefined],
    ["price", "", undefined],
    ["price", "0", 0],
  ] as const)("%s reads %j as %s", (name, text, value) => {
    expect(readField(name, text)).toBe(value);
  });

  it.each([
    ["flops", "", "unreadable"],
    ["flops", "much", "unreadable"],
    ["flops", "1e999", "unreadable"],
    ["flops", "1e40", "range"],
    ["mfu", "40", "range"],
    ["mfu", "0", "range"],
    ["gpus", "1.5", "whole"],
    ["price", "-1", "range"],
    ["alpha", "0", "range"],
    ["A", "Infinity", "unreadable"],
    ["E", "0x10", "unreadable"],
    ["days", "1".repeat(41), "unreadable"],
  ] as const)("%s refuses %j: %s", (name, text, kind) => {
    expect(readField(name, text)).toMatchObject({ kind });
  });
});
