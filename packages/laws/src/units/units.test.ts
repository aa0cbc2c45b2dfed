import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import { clusterFlops, parseCluster } from "./accelerators.js";
import { flopsToPfDays, pfDaysToFlops } from "./flops.js";
import { formatCount, formatFlops, parseCount, parseFlops } from "./quantity.js";

const codeOf = (f: () => unknown): string => {
  try {
    f();
  } catch (error) {
    if (error instanceof IsoflopError) return error.code;
    throw error;
  }
  return "no error";
};

describe("quantities", () => {
  test.each([
    ["70B", 70e9],
    ["1.4T", 1.4e12],
    ["12k", 12e3],
    ["1e9", 1e9],
    ["1_000_000", 1e6],
    [" 512 ", 512],
    [".5M", 5e5],
  ])("%s is a count", (text, value) => {
    expect(parseCount(text)).toBeCloseTo(value, 3);
  });
  test.each([
    ["1e18", 1e18],
    ["3e21", 3e21],
    ["20PF-days", 20 * 8.64e19],
    ["3640 PF-days", 3640 * 8.64e19],
    ["1 PF-day", 8.64e19],
    ["5.76e23 FLOPs", 5.76e23],
  ])("%s is compute", (text, value) => {
    expect(parseFlops(text) / value).toBeCloseTo(1, 12);
  });
  test.each(["", "B", "70 bananas", "-3B", "0", "1e999", "NaN", "5m", "12kk"])("%j is refused with a hint", (text) => {
    expect(codeOf(() => parseCount(text))).toBe("bad-quantity");
    expect(codeOf(() => parseFlops(text))).toBe("bad-quantity");
  });
  test("GPT-3's 3,640 PF-days are 3.14e23 FLOPs", () => {
    expect(formatFlops(pfDaysToFlops(3640))).toBe("3.14e23");
    expect(flopsToPfDays(pfDaysToFlops(17))).toBeCloseTo(17, 12);
  });
  test("formatting keeps three figures and reads back within them", () => {
    expect([70e9, 1.4e12, 12e3, 512, 999_999].map((n) => formatCount(n))).toEqual(["70B", "1.4T", "12k", "512", "1M"]);
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e15, noNaN: true }), (n) => {
        expect(Math.abs(parseCount(formatCount(n)) / n - 1)).toBeLessThan(0.0051);
      }),
    );
  });
});

describe("clusters", () => {
  test("64xH100 for 14 days at 40 % is 3.06e22 FLOPs", () => {
    const flops = clusterFlops(parseCluster("64xH100"), 14, 0.4);
    expect(flops).toBe(64 * 989.5e12 * 0.4 * 14 * 86_400);
    expect(formatFlops(flops)).toBe("3.06e22");
  });
  test("spelling of names is forgiven, unknown names are not", () => {
    expect(parseCluster("256 x TPU v5p").accelerator.name).toBe("TPUv5p");
    expect(codeOf(() => parseCluster("8xRTX9999"))).toBe("unknown-accelerator");
    expect(codeOf(() => parseCluster("0xH100"))).toBe("bad-cluster");
    expect(codeOf(() => parseCluster("64"))).toBe("bad-cluster");
    expect(codeOf(() => clusterFlops(parseCluster("H100"), 1, 1.2))).toBe("bad-mfu");
    expect(codeOf(() => clusterFlops(parseCluster("H100"), -1))).toBe("bad-days");
  });
});
