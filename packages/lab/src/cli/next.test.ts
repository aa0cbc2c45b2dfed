import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chinchilla, countParameters, createRandom, flopsPerToken, syntheticStudy } from "@isoflop/laws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { corpus } from "../fixtures/corpus.js";
import { command } from "../fixtures/testIo.js";
import { createRun, writeNew } from "../runs/folder.js";
import { openStudy } from "../study/folder.js";
import { resolveRun, resolveRuns } from "../study/resolve.js";
import { shapesUpTo } from "../study/shapes.js";

const truth = { E: 1.82, A: 478, B: 2143, alpha: 0.347, beta: 0.367 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-next-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A file of runs of the planted law. */
async function planted(): Promise<string> {
  const study = { truth, budgets: [1e18, 3e18, 1e19, 3e19], sizes: 7, width: 16, noise: 0.003 };
  const runs = syntheticStudy({ ...study, random: createRandom(2) });
  const csv = join(folder, "runs.csv");
  await writeFile(csv, `C,N,loss\n${runs.map((r) => `${r.flops},${r.parameters},${r.loss}`).join("\n")}\n`);
  return csv;
}

describe("isoflop next", () => {
  it("says which runs to add within the budget, what they are worth, and draws them", async () => {
    const csv = await planted();
    const figure = join(folder, "next.svg");
    const args = ["next", csv, "--flops", "1e21", "--target", "1e22", "--bootstrap", "60", "--refits", "60"];
    const { code, stdout } = await command(...args, "--figure", figure, "--json");
    expect(code).toBe(0);
    const made = JSON.parse(stdout);
    expect(made.observations).toMatchObject({ count: 28 });
    expect(made.budget).toBe(1e21);
    const spent = made.runs.reduce((sum: number, r: { flops: number; seeds: number }) => sum + r.flops * r.seeds, 0);
    expect(spent).toBeLessThanOrEqual(1e21 * (1 + 1e-9));
    expect(made.after.loss.standardError).toBeLessThan(made.grid.loss.standardError);
    expect(made.grid.loss.standardError).toBeLessThan(made.before.loss.standardError);
    expect(Math.abs(Math.log(made.simulated.after.loss / made.after.loss.standardError))).toBeLessThan(0.35);
    expect(made.fit.law).toBe("chinchilla");
    expect(await readFile(figure, "utf8")).toMatch(/^<svg[^>]*aria-label="Which runs to add/);

    const text = await command(...args);
    expect(text.stdout).toMatch(/Runs to add for \S+ of 1e21 FLOPs, so that the loss and N_opt at 1e22 FLOPs/);
    expect(text.stdout).toMatch(/Loss +±\S+ % \[\S+, \S+\] +±/);
    expect(text.stdout).toMatch(/of simulated refits \(60\)/);
    expect(text.stdout).toMatch(/by the bootstrap +±\S+ % +- +-/);
    expect(made.bootstrap95.loss[0]).toBeLessThan(made.target.loss);
    expect(made.bootstrap95.loss[1]).toBeGreaterThan(made.target.loss);
    expect(text.stdout).toMatch(/To do as well, a regular isoFLOP profile \(runs of 1\.43e20 here\) would take/);
    expect(text.stdout).not.toMatch(/study\.yaml|NaN|undefined/);
  });

  it("for a study proposes what its family can build and its text allows, as a design to paste", async () => {
    const yaml =
      "name: t\ndata: { corpus: x }\ndesign: { kind: isoflop, budgets: [3e10, 1e11, 3e11], sizes: 5, span: 8 }\nholdout: { budgets: [3e12] }";
    await writeFile(join(folder, "study.yaml"), yaml);
    const opened = await openStudy(folder);
    const random = createRandom(4);
    const law = { E: 1.08, A: 44.4, B: 98, alpha: 0.489, beta: 0.431 };
    for (const spec of resolveRuns(opened.study, corpus)) {
      await createRun(opened.runs, spec);
      const loss = chinchilla.loss(law, spec.parameters.total, spec.tokens) * Math.exp(0.002 * random.normal());
      const result = {
        status: "done",
        steps: spec.steps,
        tokens: spec.tokens,
        flops: 1,
        "val/loss": loss,
        wallSeconds: 1,
      };
      await writeNew(join(opened.runs, spec.id, "result.json"), JSON.stringify(result));
    }
    const args = ["next", folder, "--flops", "1e12", "--bootstrap", "40", "--refits", "0"];
    const { stdout: json, stderr } = await command(...args, "--json");
    expect(stderr).toBe("");
    const made = JSON.parse(json);
    expect(made.target.flops).toBe(3e12);
    expect(made.grid.runs).toHaveLength(5);
    expect(made.runs.length).toBeGreaterThan(0);
    const shapes = shapesUpTo(1e8, opened.study.design.shapes, corpus.vocabulary, "total");
    for (const run of made.runs) {
      const sized = shapes.find(({ shape }) => countParameters(shape).total === run.parameters);
      expect(sized).toBeDefined();
      expect(run.flops / (flopsPerToken(sized!.shape, "6N") * run.tokens)).toBeCloseTo(1, 9);
      expect(run.tokens).toBeLessThanOrEqual(corpus.trainTokens);
      // It can be resolved to a run as it stands.
      const request = { shape: sized!.shape, tokens: run.tokens, budget: run.flops, role: "fit", seed: 0 } as const;
      expect(resolveRun(request, opened.study, corpus).parameters.total).toBe(run.parameters);
    }
    const { stdout } = await command(...args);
    expect(stdout).toMatch(
      /design:\n {2}kind: runs\n {2}runs:\n( {4}- \{ parameters: \d+, tokens: \d+(, seed: \d+)? \}\n)+$/,
    );
  });

  it("refuses what it cannot use, and says what is meant", async () => {
    const csv = await planted();
    const cases: [string[], RegExp][] = [
      [["next", csv], /compute is not given/],
      [["next", csv, "--flops", "1e21", "--target", "far"], /--target cannot be read from "far"/],
      [["next", csv, "--flops", "1e21", "--drift", "-1"], /Write a share of the loss/],
      [["next", csv, "--flops", "1e21", "--runs", "0"], /whole number of one or more/],
      [["next", csv, "--flops", "1e21", "--objective", "all"], /Allowed choices are loss, parameters, both/],
      [["next", csv, "--flops", "1e17", "--bootstrap", "20", "--min-run", "1e18", "--max-run", "1e18"], /No run from/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await command(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
      expect(stderr).toMatch(message);
    }
  });
});
