import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Corpus, RunSpec } from "@isoflop/trainer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openStudy } from "../study/folder.js";
import { resolveRuns } from "../study/resolve.js";
import { createRun, readRunSpec, writeNew } from "./folder.js";
import { toRecords, type UnreadableRun } from "./records.js";
import { readLastMetrics } from "./status.js";
import { noteDesign, readStudyRuns } from "./studyRuns.js";

const corpus: Corpus = {
  folder: "/nowhere",
  source: "planted",
  corpusHash: "c".repeat(64),
  tokenizer: "bytes",
  tokenizerHash: "t".repeat(64),
  vocabulary: 256,
  tokenBytes: 1,
  trainTokens: 1e9,
  validationTokens: 1e6,
  validationBytesPerToken: 1,
  validationSets: [],
  documents: 1,
  validationDocuments: 0,
  documentsLeftOut: 0,
  split: "chunks",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-runs-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A study with its run folders, untrained. */
async function made() {
  const text = "name: t\ndata: { corpus: x }\ndesign: { kind: isoflop, budgets: [1e10, 4e10], sizes: 3, span: 4 }";
  await writeFile(join(folder, "study.yaml"), text);
  const study = await openStudy(folder);
  const specs = resolveRuns(study.study, corpus);
  for (const spec of specs) await createRun(study.runs, spec);
  return { study, specs: specs as [RunSpec, ...RunSpec[]] };
}

describe("the runs folder of a study", () => {
  it("may hold copies, notes and files of the user's, which count for nothing", async () => {
    const { study, specs } = await made();
    const [first] = specs;
    await cp(join(study.runs, first.id), join(study.runs, `${first.id} (copy)`), { recursive: true });
    await mkdir(join(study.runs, "notes"));
    await writeFile(join(study.runs, "README.txt"), "mine");
    const ids = (await readStudyRuns(study)).map((state) => state.spec.id);
    expect(ids.sort()).toEqual(specs.map((spec) => spec.id).sort());
  });

  it("may hold links to runs that lie elsewhere", async () => {
    const { study, specs } = await made();
    const [first] = specs;
    await rename(join(study.runs, first.id), join(folder, "elsewhere"));
    await symlink(join(folder, "elsewhere"), join(study.runs, first.id));
    expect(await readStudyRuns(study)).toHaveLength(specs.length);
  });

  it("is read in spite of a damaged run of an earlier design, not of one of its own", async () => {
    const { study, specs } = await made();
    const [first, ...others] = specs;
    await writeFile(join(study.runs, first.id, "run.json"), '{"contract":');
    await noteDesign(study, others);
    expect(await readStudyRuns(study)).toHaveLength(others.length);
    await noteDesign(study, specs);
    await expect(readStudyRuns(study)).rejects.toMatchObject({ code: "run-spec-invalid" });
  });

  it("is read in spite of a run that the system refuses, where there is somebody to tell", async () => {
    const { study, specs } = await made();
    const path = join(study.runs, specs[0].id, "run.json");
    await rm(path);
    await mkdir(path);
    const told: UnreadableRun[] = [];
    expect(await readStudyRuns(study, (run) => told.push(run))).toHaveLength(specs.length - 1);
    expect(told).toEqual([{ id: specs[0].id, reason: expect.stringMatching(/Cannot read .*EISDIR/) }]);
    await expect(readStudyRuns(study)).rejects.toThrow(/EISDIR/);
  });

  it("is rid of what a lab left that was killed while it made a run folder", async () => {
    const { study, specs } = await made();
    const path = join(study.runs, specs[0].id);
    await rm(join(path, "run.json"));
    await writeFile(join(path, ".0123456789ab.tmp"), '{"contract":');
    await createRun(study.runs, specs[0]);
    expect(await readdir(path)).toEqual(["run.json"]);
  });

  it("follows the study in what is logged, and in nothing else", async () => {
    const { study, specs } = await made();
    const [first] = specs;
    const logging = () => readRunSpec(join(study.runs, first.id)).then((spec) => spec?.logging);
    await createRun(study.runs, { ...first, logging: { tensorboard: true } });
    expect(await logging()).toEqual({ tensorboard: true });
    await createRun(study.runs, { ...first, name: "another" });
    expect(await readRunSpec(join(study.runs, first.id))).toEqual(first);
  });

  it("keeps an edited run.json as evidence and says so", async () => {
    const { study, specs } = await made();
    const [first] = specs;
    const path = join(study.runs, first.id, "run.json");
    const edited = (await readFile(path, "utf8")).replace(/"seed": 0/, '"seed": 7');
    await writeFile(path, edited);
    const moved = { ...first, data: { ...first.data, folder: "/other" } };
    await expect(createRun(study.runs, moved)).rejects.toMatchObject({ code: "run-spec-conflict" });
    expect(await readFile(path, "utf8")).toBe(edited);
  });
});

describe("the record of a run", () => {
  it("has its last validation loss, and where it may stop early its least one", async () => {
    const { study, specs } = await made();
    const [spec] = specs;
    const result = {
      status: "done" as const,
      steps: 5,
      tokens: 5 * spec.batch.tokens,
      flops: 1,
      "val/loss": 2.5,
      best: { step: 3, "val/loss": 2.25 },
      wallSeconds: 1,
    };
    const patient = { ...spec.evaluation, earlyStopping: { patience: 2, minimumDecrease: 0 } };
    const lossOf = async (of: RunSpec) => {
      const state = { folder: join(study.runs, of.id), spec: of, status: "done" as const, last: undefined, result };
      return (await toRecords([state], study.study.counting, "fit")).records.map(({ loss, tokens }) => [loss, tokens]);
    };
    expect(await lossOf(spec)).toEqual([[2.5, result.tokens]]);
    // The tokens that it was trained on until then: those of its patience bought nothing.
    expect(await lossOf({ ...spec, evaluation: patient })).toEqual([[2.25, 3 * spec.batch.tokens]]);
  });
});

describe("the newest line of metrics", () => {
  const line = (step: number, note = "") =>
    `${JSON.stringify({ step, tokens: step, flops: step, time: step, "train/loss": 3, lr: 1, grad_norm: 1, note })}\n`;
  const newest = async (text: string) => {
    await writeFile(join(folder, "metrics.jsonl"), text);
    return (await readLastMetrics(folder))?.step;
  };

  it("is found at the end of a file of any length, behind lines of any length", async () => {
    expect(await readLastMetrics(folder)).toBeUndefined();
    expect(await newest("")).toBeUndefined();
    expect(await newest(line(1))).toBe(1);
    expect(await newest(Array.from({ length: 3000 }, (_, i) => line(i + 1)).join(""))).toBe(3000);
    for (const length of [4000, 5000, 100_000]) {
      expect(await newest(line(1) + line(2, "x".repeat(length)))).toBe(2);
      expect(await newest(line(1) + line(2, "x".repeat(length)).slice(0, -2))).toBe(1);
    }
  });

  it("is the last one that is whole", async () => {
    expect(await newest(`${line(1)}${line(2)}{"step": 3, "tok`)).toBe(2);
    expect(await newest(`${line(1)}{"step": 2, "tok\n`)).toBe(1);
    expect(await newest(`${line(7)}${"\0".repeat(9000)}`)).toBe(7);
    expect(await newest('{"step": 1, "tok')).toBeUndefined();
  });
});

describe("a new file", () => {
  it("is there whole or not at all, and never in place of another", async () => {
    const path = join(folder, "deep", "study.yaml");
    expect(await writeNew(path, "first")).toBe(true);
    expect(await writeNew(path, "second")).toBe(false);
    expect(await readFile(path, "utf8")).toBe("first");
    expect(await readdir(join(folder, "deep"))).toEqual(["study.yaml"]);
  });
});
