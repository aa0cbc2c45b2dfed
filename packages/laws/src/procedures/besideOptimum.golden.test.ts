// biome-ignore lint/style/noRestrictedImports: the golden data are files; the package itself does no I/O.
import { existsSync, readFileSync } from "node:fs";
// biome-ignore lint/style/noRestrictedImports: as above.
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { fitIsoflop } from "../fit/isoflop.js";
import { fitParametric } from "../fit/parametric.js";
import type { Interval } from "../fit/result.js";
import { type LossPrediction, predictLoss } from "../forecast/forecast.js";
import type { RunRecord } from "../record.js";
import { predictBesideOptimum } from "./besideOptimum.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const file = `${shared}/data/porian-isoflop/isoflop_points.csv`;
const present = existsSync(file);
if (!present) console.warn(`Golden data not found at ${file}: set ISOFLOP_SHARED to test against Porian et al. 2024.`);

/** Validation losses by source, data, hyperparameters, schedule and count. */
function sets(): RunRecord[][] {
  const [header, ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const names = header!.split(",");
  const groups = new Map<string, RunRecord[]>();
  lines.forEach((line, i) => {
    const row = Object.fromEntries(line.split(",").map((cell, at) => [names[at]!, cell])) as Record<string, string>;
    if (row.loss_split !== "val") return;
    const key = [row.source, row.dataset, row.hparams, row.warmup, row.decay, row.param_count].join();
    const [parameters, tokens, flops, loss] = [row.n, row.tokens, row.flops, row.loss].map(Number) as [
      number,
      number,
      number,
      number,
    ];
    groups.set(key, [...(groups.get(key) ?? []), { id: String(i), parameters, tokens, flops, budget: flops, loss }]);
  });
  return [...groups.values()].filter((records) => records.length >= 30);
}

// Outside CI the data may be missing; then this is skipped, and says so.
describe.skipIf(!present && process.env.CI !== "true")("runs of Porian et al. 2024, budgets held out in turn", () => {
  test("are nearer to the level of Approach 2 and the shape of L(N, D) than to L(N, D), and inside its intervals", () => {
    const errors: [alone: number, together: number][] = [];
    const held: [alone: boolean, together: boolean][] = [];
    for (const records of sets()) {
      const budgets = [...new Set(records.map(({ flops }) => flops))].sort((a, b) => a - b);
      for (const budget of budgets.slice(Math.max(3, budgets.length - 3))) {
        const smaller = records.filter(({ flops }) => flops < 0.999 * budget);
        const [two, three] = [fitIsoflop(smaller, { resamples: 60 }), fitParametric(smaller, { resamples: 60 })];
        for (const run of records.filter(({ flops }) => flops === budget)) {
          const inside = ([low, high]: Interval) => low < run.loss && run.loss < high;
          const both = [predictLoss(three, run.parameters, run.tokens), predictBesideOptimum(two, three, run)] as const;
          const each = <T>(f: (prediction: LossPrediction) => T): [T, T] => [f(both[0]), f(both[1])];
          errors.push(each(({ loss }) => Math.log(loss / run.loss) ** 2));
          held.push(each(({ predictionInterval95 }) => inside(predictionInterval95!)));
        }
      }
    }
    const share = (which: 0 | 1) => held.filter((both) => both[which]).length / held.length;
    const rms = (which: 0 | 1) => Math.sqrt(errors.reduce((sum, both) => sum + both[which], 0) / errors.length);
    expect(errors.length).toBeGreaterThan(150);
    expect(rms(1)).toBeLessThan(0.6 * rms(0));
    expect(share(0)).toBeLessThan(0.9);
    expect(share(1)).toBeGreaterThan(0.95);
  });
});
