import type { ApproachFit } from "@isoflop/laws/procedures";
import { expect, it } from "vitest";
import { frontierOf, lawRows } from "./lawRows.js";

const fit = (changes: object) =>
  ({
    approach: "2",
    law: "isoflop-power-law",
    exponents: { a: 0.5, b: 0.5 },
    intervals95: {},
    warnings: [],
    ...changes,
  }) as unknown as ApproachFit;

it("an exponent is told with its interval only where that holds it", () => {
  const rows = lawRows([
    fit({ intervals95: { a: [0.4, 0.6] } }),
    fit({ approach: "1", intervals95: { a: [0.51, 0.52] }, warnings: [{}, {}] }),
    fit({ approach: "3" }),
    fit({ approach: "kaplan", exponents: undefined }),
  ]);
  expect(rows).toEqual([
    { approach: "2", a: 0.5, interval: [0.4, 0.6], warnings: 0 },
    { approach: "1", a: 0.5, interval: undefined, warnings: 2 },
    { approach: "3", a: 0.5, interval: undefined, warnings: 0 },
  ]);
});

it("the frontier is that of Approach 1, where it was fitted", () => {
  const envelope = [{ flops: 1, loss: 2 }];
  expect(frontierOf([fit({}), fit({ law: "envelope-power-law", envelope })])).toBe(envelope);
  expect(frontierOf([fit({})])).toEqual([]);
});
