import { describe, expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import {
  acceleratorHoursToFlops,
  flopsToAcceleratorHours,
  formatAcceleratorHours,
  parseAcceleratorHours,
} from "./acceleratorHours.js";
import { accelerators, parseCluster } from "./accelerators.js";

describe("accelerator hours", () => {
  test.each([
    ["1.72M A100-hours", 1.72e6, "A100"],
    ["5000 H100 hours", 5000, "H100"],
    ["1 TPU v4-hour", 1, "TPUv4"],
    ["2e3 MI250X-hours", 2000, "MI250X"],
  ])("%s", (text, hours, name) => {
    const read = parseAcceleratorHours(text);
    expect(read.hours).toBeCloseTo(hours, 6);
    expect(read.accelerator.name).toBe(name);
  });
  test.each(["A100-hours", "12 hours", "12 A100", "12 Z80-hours", "-3 A100-hours"])("%s is refused", (text) => {
    expect(() => parseAcceleratorHours(text)).toThrow(IsoflopError);
  });
  test("Llama 2 70B, 1,720,320 A100-hours for 2T tokens (Touvron et al. 2023, Table 2), ran at 43 % by 6ND", () => {
    const flops = 6 * 70e9 * 2e12;
    const whole = acceleratorHoursToFlops(parseAcceleratorHours("1,720,320 A100-hours"), 1);
    expect(flops / whole).toBeCloseTo(0.435, 3);
    const back = flopsToAcceleratorHours(flops, parseCluster("A100").accelerator, flops / whole);
    expect(back.hours).toBeCloseTo(1_720_320, 3);
    expect(formatAcceleratorHours(back)).toBe("1.72M A100-hours");
    expect(parseAcceleratorHours(formatAcceleratorHours(back, 9)).hours).toBeCloseTo(1_720_320, 0);
  });
});

test("every accelerator has a source, a distinct name, and a dense peak: where sparsity is quoted, half of it", () => {
  const names = accelerators.map((a) => a.name.toLowerCase().replaceAll(/[^a-z0-9]/g, ""));
  expect(new Set(names).size).toBe(names.length);
  for (const { name, source, peakFlopsPerSecond } of accelerators) {
    expect(source.length, name).toBeGreaterThan(10);
    const sparse = /([\d,.]+) (?:a GPU )?with sparsity/.exec(source)?.[1];
    if (sparse === undefined) continue;
    expect(peakFlopsPerSecond / 1e12 / (Number(sparse.replaceAll(",", "")) / 2), name).toBeCloseTo(1, 3);
  }
});
