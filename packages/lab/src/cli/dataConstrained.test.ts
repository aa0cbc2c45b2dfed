import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, dataConstrained, muennighoffConstants } from "@isoflop/laws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { readObservations } from "../read/observations.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-repeats-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs of a planted law with R_D* 30 and R_N* 3, of one to sixty passes. */
async function planted(): Promise<string> {
  const random = createRandom(2);
  const truth = { ...muennighoffConstants, RD: 30, RN: 3 };
  const rows = [1e8, 1e9, 1e10].flatMap((unique) =>
    [0.01, 0.05, 0.3].flatMap((size) =>
      [1, 4, 16, 60].map((epochs) => {
        const [n, d] = [size * unique, epochs * unique];
        const loss = dataConstrained(unique).loss(truth, n, d) * Math.exp(0.002 * random.normal());
        return [n, d, unique, loss].join(",");
      }),
    ),
  );
  const path = join(folder, "runs.csv");
  await writeFile(path, `params,tokens,unique_tokens,val_loss\n${rows.join("\n")}\n`);
  return path;
}

describe("isoflop fit --approach data-constrained", () => {
  it("prints its contract, and plans with its own R_D* and R_N*", async () => {
    const csv = await planted();
    const args = ["--approach", "data-constrained", "--base", "muennighoff-2023", "--loss", "mse", "--bootstrap", "50"];
    const { code, stdout } = await command("fit", csv, ...args, "--json");
    expect(code).toBe(0);
    const [fit] = JSON.parse(stdout).fits;
    expect(fit).toMatchObject({
      approach: "data-constrained",
      law: "data-constrained",
      form: "exponential",
      base: { name: "muennighoff-2023", held: true },
    });
    expect(Object.keys(fit.parameters)).toEqual(["E", "A", "B", "alpha", "beta", "RD", "RN"]);
    expect(fit.parameters.RD / 30).toBeCloseTo(1, 0);
    expect(fit.basins[0].parameters).toEqual(fit.parameters);
    expect(fit.intervals95.RD[0]).toBeLessThan(fit.parameters.RD);

    const text = (await command("fit", csv, ...args)).stdout;
    expect(text).toMatch(/D {2}data-constrained .*1\.869 /);
    expect(text).toMatch(/upon muennighoff-2023, held fixed; R² of the loss (0\.999|1\.000)/);
    expect(text).toMatch(/Minima of the objective/);

    const law = join(folder, "fit.json");
    await writeFile(law, stdout);
    const plan = await command("plan", "--flops", "1e21", "--law", law, "--unique-tokens", "10B", "--json");
    const found = JSON.parse(plan.stdout).alternatives.at(-1);
    const expected = dataConstrained(1e10).optimum(fit.parameters, 1e21);
    expect(found.parameters / expected.parameters).toBeCloseTo(1, 9);
    expect(found.note).toMatch(/are of this fit/);
    expect((await command("plan", "--flops", "1e21", "--law", law, "--unique-tokens", "10B")).stdout).toMatch(
      /data-constrained: .* passes over 10B unique tokens.*come without draws/,
    );
    await writeFile(law, (await command("fit", csv, ...args, "--json", "--draws")).stdout);
    const whole = (await command("plan", "--flops", "1e21", "--law", law, "--unique-tokens", "10B")).stdout;
    expect(whole).toMatch(/data-constrained +[\d.]+B {2}\[[\d.]+B, [\d.]+B\] .* \d\.\d{4} {2}\[\d\.\d{4}, \d\.\d{4}\]/);
  });

  it("is among all approaches only where some run repeats data, and is preferred for few tokens", async () => {
    const csv = await planted();
    const laws = async (...args: string[]) => {
      const { stdout } = await command("fit", csv, "--bootstrap", "0", "--json", "--base", "muennighoff-2023", ...args);
      return { stdout, names: JSON.parse(stdout).fits.map((fit: { law: string }) => fit.law) };
    };
    const all = await laws();
    expect(all.names).toContain("chinchilla");
    expect(all.names).toContain("data-constrained");
    expect((await laws("--where", "tokens = unique_tokens")).names).not.toContain("data-constrained");
    const law = join(folder, "all.json");
    await writeFile(law, all.stdout);
    const titled = async (...args: string[]) =>
      JSON.parse((await command("plan", "--flops", "1e21", "--law", law, "--json", ...args)).stdout).law.title;
    expect(await titled()).toMatch(/parametric/);
    expect(await titled("--unique-tokens", "10B")).toMatch(/data-constrained/);
  });

  it("takes a start, a form and a joint fit; says what it cannot do", async () => {
    const csv = await planted();
    const fit = async (...args: string[]) =>
      command("fit", csv, "--approach", "data-constrained", "--bootstrap", "0", ...args);
    const joint = await fit("--joint", "--json", "--loss", "mse");
    expect(JSON.parse(joint.stdout).fits[0].base).toEqual({ name: "muennighoff-2023", held: false });
    const near = await fit("--base", "muennighoff-2023", "--near", "25,4", "--decay", "geometric", "--json");
    expect(JSON.parse(near.stdout).fits[0].form).toBe("geometric");
    expect(await fit("--base", "kaplan-2020")).toMatchObject({ code: 2, stderr: expect.stringMatching(/no E, A, B/) });
    expect(await fit("--near", "5")).toMatchObject({ code: 2, stderr: expect.stringMatching(/two positive numbers/) });
    expect(await fit()).toMatchObject({ code: 2, stderr: expect.stringMatching(/9 runs repeat nothing.*--base/s) });
  });
});

describe("unique tokens", () => {
  it("are read by their names, or from the number of epochs", async () => {
    const read = async (header: string, row: string) => {
      const path = join(folder, "u.csv");
      await writeFile(path, `${header}\n${row}\n`);
      return readObservations([path]);
    };
    for (const name of ["unique_tokens", "tokens_unique", "U", "u_d", "unique"]) {
      expect((await read(`N,D,loss,${name}`, "1e6,4e8,3,1e8")).records[0]!.uniqueTokens).toBe(1e8);
    }
    expect((await read("N,D,loss,epochs", "1e6,4e8,3,4")).records[0]!.uniqueTokens).toBe(1e8);
    expect((await read("N,D,loss,epochs", "1e6,4e8,3,0.5")).records[0]!.uniqueTokens).toBe(4e8);
    expect((await read("N,D,loss,U", "1e6,4e8,3,")).records[0]).not.toHaveProperty("uniqueTokens");
    await expect(read("N,D,loss,U", "1e6,4e8,3,-1")).rejects.toThrow(/U is not a positive number/);
  });
});
