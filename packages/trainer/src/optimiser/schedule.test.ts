import fc from "fast-check";
import { expect, test } from "vitest";
import type { Schedule } from "../contract/schedule.js";
import { scheduleFactor } from "./schedule.js";

const factors = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, i) => scheduleFactor(schedule, i + 1, steps));
const close = (numbers: readonly number[]) => numbers.map((x) => expect.closeTo(x, 12));

test("warm-up rises in a line to the peak, which it reaches the step after", () => {
  for (const schedule of [
    { kind: "constant", warmupSteps: 3 },
    { kind: "cosine", warmupSteps: 3, lengthSteps: 100, floor: 0 },
    { kind: "wsd", warmupSteps: 3, decaySteps: 5, decay: "linear", floor: 0 },
  ] as const) {
    expect(factors(schedule, 100).slice(0, 3)).toEqual([0.25, 0.5, 0.75]);
    expect(scheduleFactor(schedule, 4, 100)).toBeCloseTo(1, 3);
  }
});

test("constant stays", () => {
  expect(factors({ kind: "constant", warmupSteps: 0 }, 5)).toEqual([1, 1, 1, 1, 1]);
});

test("a cosine as long as the run passes half way at the middle and ends at its floor", () => {
  const made = factors({ kind: "cosine", warmupSteps: 0, lengthSteps: 4, floor: 0.1 }, 4);
  const half = 0.9 / 2;
  expect(made).toEqual(close([0.1 + half * (1 + Math.SQRT1_2), 0.1 + half, 0.1 + half * (1 - Math.SQRT1_2), 0.1]));
});

test("a cosine of fixed length is the same for all runs: a shorter run ends on the way, a longer one goes on at the floor", () => {
  const schedule: Schedule = { kind: "cosine", warmupSteps: 2, lengthSteps: 10, floor: 0.1 };
  const whole = factors(schedule, 10);
  expect(factors(schedule, 6)).toEqual(whole.slice(0, 6));
  expect(whole[5]).toBeCloseTo(0.55, 12);
  const longer = factors(schedule, 25);
  expect(longer.slice(0, 10)).toEqual(whole);
  expect(longer.slice(9)).toEqual(close(Array.from({ length: 16 }, () => 0.1)));
});

test("warm-up, stable, decay: the last steps go down in a line or as 1 - sqrt, towards the floor of the step after", () => {
  const linear = factors({ kind: "wsd", warmupSteps: 1, decaySteps: 4, decay: "linear", floor: 0.2 }, 8);
  expect(linear).toEqual(close([0.5, 1, 1, 1, 1, 0.8, 0.6, 0.4]));
  const sqrt = factors({ kind: "wsd", warmupSteps: 0, decaySteps: 4, decay: "sqrt", floor: 0 }, 6);
  expect(sqrt).toEqual(close([1, 1, 1, 1 - Math.sqrt(0.25), 1 - Math.sqrt(0.5), 1 - Math.sqrt(0.75)]));
});

test("no step of warm-up, stable, decay is taken at a rate of zero, however short the run", () => {
  for (const decay of ["linear", "sqrt"] as const) {
    for (const steps of [1, 2, 3, 10, 1000]) {
      for (const decaySteps of [1, 2, steps]) {
        const made = factors({ kind: "wsd", warmupSteps: 0, decaySteps, decay, floor: 0 }, steps);
        expect(Math.min(...made)).toBeGreaterThan(0);
      }
    }
  }
});

test("the stable part does not depend on the run's length, so that a decay may branch off anywhere", () => {
  const schedule: Schedule = { kind: "wsd", warmupSteps: 5, decaySteps: 10, decay: "sqrt", floor: 0 };
  expect(factors(schedule, 60).slice(0, 30)).toEqual(factors(schedule, 40).slice(0, 30));
});

test("no schedule leaves [floor, 1] after warm-up, or rises again", () => {
  const steps = fc.integer({ min: 1, max: 200 });
  const floor = fc.double({ min: 0, max: 1, noNaN: true });
  const warmupSteps = fc.nat(20);
  const schedules = fc.oneof(
    fc.record({ kind: fc.constant("constant" as const), warmupSteps }),
    fc.record({ kind: fc.constant("cosine" as const), warmupSteps, lengthSteps: steps, floor }),
    fc.record({
      kind: fc.constant("wsd" as const),
      warmupSteps,
      decaySteps: steps,
      decay: fc.constantFrom("linear" as const, "sqrt" as const),
      floor,
    }),
  );
  fc.assert(
    fc.property(schedules, steps, (schedule, length) => {
      const made = factors(schedule, length).slice(schedule.warmupSteps);
      const least = schedule.kind === "constant" ? 1 : schedule.floor;
      made.forEach((factor, i) => {
        expect(factor).toBeGreaterThanOrEqual(least - 1e-12);
        expect(factor).toBeLessThanOrEqual((made[i - 1] ?? 1) + 1e-12);
      });
    }),
  );
});
