import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { examineDevice } from "./deviceReport.js";
import { measureMatmul } from "./matmulSpeed.js";

test("the matmul measurement gives a speed that a processor can have", async () => {
  const { flopsPerSecond, size, ...about } = await measureMatmul("cpu", 1, 0.1);
  expect(about).toEqual({ device: "cpu", threads: 1 });
  expect([256, 512, 1024]).toContain(size);
  // Between a plain loop under emulation and more than any core has: a wrong unit would fall outside.
  expect(flopsPerSecond).toBeGreaterThan(1e7);
  expect(flopsPerSecond).toBeLessThan(1e13);
});

test("the processor is examined with one thread and with all", async () => {
  const report = await examineDevice("cpu");
  const all = availableParallelism();
  expect(report.measured.map(({ threads }) => threads)).toEqual(all > 1 ? [1, all] : [1]);
});
