import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-plan-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("isoflop plan", () => {
  it("gives Table 3's model for Chinchilla's compute by Approach 1", async () => {
    const { code, stdout } = await command("plan", "--flops", "5.76e23", "--law", "hoffmann-2022-approach-1", "--json");
    expect(code).toBe(0);
    const made = JSON.parse(stdout);
    expect(made.compute).toEqual({ flops: 5.76e23, pfDays: expect.closeTo(6666.67, 1) });
    // Table 3: 67B parameters and 1.5T tokens for 5.76e23 FLOPs; 6ND makes it 1.43T.
    expect(made.optimum.parameters / 67e9).toBeCloseTo(1, 1);
    expect(made.optimum.tokens / 1.43e12).toBeCloseTo(1, 1);
    expect(made).toMatchObject({ alternatives: expect.any(Array), comparisons: expect.any(Array) });
  });

  it("turns GPT-3's 3,640 PF-days into 3.14e23 FLOPs", async () => {
    expect((await command("plan", "--pf-days", "3640")).stdout).toMatch(/^compute +3\.14e23 FLOPs/);
  });

  it("refuses a law file that is damaged anywhere, and says where", async () => {
    const whole = {
      approach: "3",
      law: "chinchilla",
      parameters: { E: 1.7, A: 400, B: 420, alpha: 0.34, beta: 0.29 },
      diagnostics: { observations: 9 },
      warnings: [],
      compute: { coefficient: 6, exponent: 1 },
      draws: { names: ["E"], rows: [[1.7]] },
      residuals: [],
    };
    const path = join(folder, "law.json");
    const planWith = async (text: string) => {
      await writeFile(path, text);
      return command("plan", "--flops", "1e20", "--law", path);
    };
    expect((await planWith(JSON.stringify(whole))).code).toBe(0);
    const cases: [object, RegExp][] = [
      [{ ...whole, parameters: { ...whole.parameters, alpha: undefined } }, /parameters\.alpha/],
      [{ ...whole, parameters: { ...whole.parameters, alpha: -1 } }, /parameters\.alpha/],
      [{ ...whole, warnings: undefined }, /warnings/],
      [{ ...whole, diagnostics: undefined }, /diagnostics/],
      [{ ...whole, compute: {} }, /compute\.coefficient/],
      [{ ...whole, draws: 5 }, /draws/],
      [{ ...whole, draws: { names: ["E"], rows: [[1, 2]] } }, /draws/],
      [{ ...whole, law: "kaplan-compute" }, /no fit that says what is optimal/],
      [[], /no fit that says what is optimal/],
    ];
    for (const [content, message] of cases) {
      const { code, stderr, stdout } = await planWith(JSON.stringify(content));
      expect({ message, code, stdout }).toEqual({ message, code: 2, stdout: "" });
      expect(stderr).toMatch(message);
    }
    expect((await planWith('{"law":')).stderr).toMatch(/it is not JSON/);
  });

  it("turns GPUs and days into FLOPs", async () => {
    const { stdout } = await command("plan", "--gpus", "64xH100", "--days", "14", "--mfu", "0.5", "--json");
    expect(JSON.parse(stdout).compute.flops).toBeCloseTo(64 * 989.5e12 * 0.5 * 14 * 86400, -10);
  });
});
