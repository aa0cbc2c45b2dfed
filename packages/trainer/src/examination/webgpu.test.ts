import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { tinyCorpus, tinyRunFolder, tinySpec } from "../training/tinyRun.js";
import type { DeviceReport } from "./deviceReport.js";
import { haveSoftwareVulkan, softwareVulkan } from "./softwareVulkan.js";

// The built programs: the environment that a driver is found by is that of a whole process.
const built = (path: string) => fileURLToPath(new URL(`../../dist/${path}`, import.meta.url));
const node = (...args: string[]) => promisify(execFile)(process.execPath, args, { env: softwareVulkan() });

describe.skipIf(!haveSoftwareVulkan)("WebGPU, by a driver in software", { timeout: 300_000 }, () => {
  test("is found, measured, and computes the gradients that the processor does", async () => {
    const { stdout } = await node(built("examination/examineCommand.js"), "webgpu");
    const report = JSON.parse(stdout) as DeviceReport;
    expect(report).toMatchObject({ device: "webgpu", available: true, agreement: { agrees: true } });
    expect(report.agreement!.difference!).toBeLessThan(1e-4);
    expect(report.measured[0]!.flopsPerSecond).toBeGreaterThan(1e6);
  });

  test("trains as the processor does, in parts and with the gradient noise measured", async () => {
    const corpus = tinyCorpus();
    const trained = async (device: "cpu" | "webgpu") => {
      const spec = tinySpec(corpus, {
        steps: 12,
        batch: { sequences: 4, tokens: 64, microSequences: 2 },
        gradientNoise: { everySteps: 4, sequences: 2 },
        evaluation: { everySteps: 6, sequences: 8 },
        runtime: { threads: 1, device, precision: "float32" },
      });
      const shape = { ...spec.shape, layers: 3, positions: "learned", biases: true, activation: "gelu" } as const;
      const folder = tinyRunFolder({ ...spec, shape });
      await node(built("command.js"), folder);
      const lines = readFileSync(join(folder, "metrics.jsonl"), "utf8").trim().split("\n");
      return lines.map((line) => JSON.parse(line) as Record<string, number>);
    };
    const [exact, found] = [await trained("cpu"), await trained("webgpu")];
    expect(found).toHaveLength(12);
    found.forEach(({ time: _, ...line }, i) => {
      const { time: __, ...wanted } = exact[i]!;
      expect(Object.keys(line)).toEqual(Object.keys(wanted));
      for (const [name, value] of Object.entries(line)) {
        expect(Math.abs(value / wanted[name]! - 1), `${name} of step ${line.step}`).toBeLessThan(1e-3);
      }
    });
  });
});
