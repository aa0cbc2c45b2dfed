import type { RunRecord } from "@isoflop/laws";
import { expect, it } from "vitest";
import { figuresOf } from "./figuresOf.js";

it("names the run of every curve by its id, so that a page can find it", () => {
  const records: readonly RunRecord[] = [1, 2].map((k) => ({
    id: `id-${k}`,
    parameters: k * 1000,
    tokens: 3000,
    flops: 18e6 * k,
    loss: 2,
    curve: [1, 2, 3].map((step) => ({ tokens: 1000 * step, flops: 6e6 * k * step, loss: 4 - step / 2 })),
  }));
  const { trainingCurves } = figuresOf({
    fits: [],
    profiles: [],
    records,
    holdouts: [],
    names: new Map([["id-1", "small"]]),
    roles: new Map(),
    forecast: undefined,
    backtest: undefined,
    flopsPerToken: undefined,
  });
  expect(trainingCurves?.runs.map(({ id, name }) => [id, name])).toEqual([
    ["id-1", "small"],
    ["id-2", "id-2"],
  ]);
});
