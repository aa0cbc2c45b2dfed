import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plantedStudy } from "../fixtures/plantedStudy.js";
import { command } from "../fixtures/testIo.js";
import { markdownText } from "../markdown/markdownText.js";
import type { ForecastReport } from "../report/model.js";
import type { Checklist, ChecklistItem } from "./item.js";
import { itemOf, lacks, says } from "./item.js";
import { factOf, spreadOf } from "./spread.js";
import { validation } from "./validation.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-checklist-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function checklistOf(...args: string[]): Promise<(id: string) => ChecklistItem> {
  const told = await command("report", ...args, "--checklist", "--json");
  expect(told).toMatchObject({ code: 0 });
  const { sections, of, answered, partly }: Checklist = JSON.parse(told.stdout);
  const items = sections.flatMap((section) => section.items);
  expect(items).toHaveLength(of);
  expect(items.filter(({ status }) => status === "answered")).toHaveLength(answered);
  expect(items.filter(({ status }) => status === "partly")).toHaveLength(partly);
  expect(new Set(items.map(({ id }) => id)).size).toBe(of);
  return (id) => items.find((item) => item.id === id)!;
}

describe("an item", () => {
  it("is answered only where nothing that belongs to it is missing", () => {
    expect(itemOf("a", "?", [says("x")]).status).toBe("answered");
    expect(itemOf("a", "?", [says("x"), lacks("y")]).status).toBe("partly");
    expect(itemOf("a", "?", [lacks("y")])).toMatchObject({ status: "gap", gaps: ["y"] });
    expect(itemOf("a", "?", [])).toMatchObject({ status: "gap", gaps: ["not known"] });
  });

  it("says in one line what one remedy closes, and of how many runs", () => {
    const parts = [...factOf("seed", [undefined, 1], "log it"), ...factOf("batch", [undefined, "64"], "log it")];
    expect(itemOf("a", "?", parts)).toMatchObject({
      answers: ["seed: 1", "batch: 64"],
      gaps: ["not logged in 1 of 2 runs: seed, batch; log it"],
    });
    expect(itemOf("a", "?", factOf("seed", [], "log it")).gaps).toEqual(["not logged: seed; log it"]);
  });
});

describe("what runs have in common", () => {
  it("is one value, a few with their runs, or a range", () => {
    expect(spreadOf([3e-4, 3e-4])).toBe("3e-4");
    expect(spreadOf(["a", "b", "a"])).toBe("a (2 runs), b (1 run)");
    expect(spreadOf([5, 1, 4, 2, 3])).toBe("1 to 5 (5 values)");
    expect(spreadOf(["a", "b", "c", "d", "e", "f"])).toMatch(/^a .* and 2 more$/);
    expect(spreadOf([])).toBeUndefined();
    expect(spreadOf(["a\n# b\u202e"])).toBe("a # b");
  });
});

describe("the checklist of a study", () => {
  it("is answered from run.json, study.yaml and the fits, and writes nothing", async () => {
    const study = join(folder, "planted");
    await plantedStudy(study);
    const before = await readdir(study, { recursive: true });
    const item = await checklistOf(study);
    expect(item("form.equation").answers.join()).toContain("L(N, D) = E + A / N^alpha + B / D^beta");
    expect(item("training.models").answers[0]).toMatch(/^15 runs of \d+ sizes: .* parameters$/);
    for (const id of [
      "shapes",
      "tokens",
      "data",
      "counting",
      "optimiser",
      "learning-rate",
      "batch",
      "search",
      "software",
    ]) {
      expect(item(`training.${id}`), id).toMatchObject({ status: "answered" });
    }
    expect(item("training.learning-rate").answers).toEqual(
      expect.arrayContaining([
        "peak learning rate: 0.005",
        "schedule: cosine to 10 %",
        "its end: matched to the length of each run",
      ]),
    );
    expect(item("training.batch").answers).toEqual(["batch: 256 tokens"]);
    expect(item("training.counting").answers[0]).toMatch(
      /^N is every parameter; embeddings, positions and head are \d+ %/,
    );
    expect(item("extraction.loss").status).toBe("answered");
    expect(item("fitting.objective").answers.join()).toContain("sum of Huber losses of ln-loss residuals, delta 0.001");
    // Nothing is held out, and the checklist does not say otherwise.
    expect(item("fitting.validation")).toMatchObject({ status: "gap" });
    expect(await readdir(study, { recursive: true })).toEqual(before);
  });

  it("is a section of the report with its count, and says what is still open", async () => {
    const study = join(folder, "planted");
    await plantedStudy(
      study,
      (yaml) => `${yaml.replace("lr: 5e-3", "lr: 5e-3, schedule: constant")}holdout: { budgets: [1e11] }\n`,
    );
    expect((await command("report", study)).code).toBe(0);
    const page = await readFile(join(study, "report.html"), "utf8");
    expect(page).toMatch(/\d+ of 31 answered/);
    expect(page).toContain("Were hyperparameters searched");
    expect(page).toContain("no forecast is stated yet for 1e11 FLOPs");
    expect(page).toContain("not matched to the length: the learning rate never falls");
    await rm(join(study, "runs"), { recursive: true });
    const item = await checklistOf(study);
    for (const id of ["training.models", "training.data", "form.equation", "extraction.loss", "fitting.objective"]) {
      expect(item(id).status, id).toBe("gap");
    }
  });
});

describe("the validation of a law", () => {
  const forecast: ForecastReport = {
    budget: 1e12,
    largestTrainedBudget: 2e11,
    fit: "Approach 3",
    statedAt: "2026-01-02T03:04:05Z",
    rows: [
      {
        role: "optimum",
        label: "forecast optimum",
        parameters: 1e5,
        tokens: 1e6,
        predicted: 1.5,
        interval95: [1.4, 1.6],
        measured: 1.52,
      },
      { role: "larger", label: "larger model", parameters: 4e5, tokens: 2e5, predicted: 1.6 },
    ],
    procedures: [],
  };

  it("is the forecast beside what was measured, and what is not yet measured is a gap", () => {
    expect(validation({ forecast, heldOut: [1e12], optimum: undefined })).toEqual([
      says(
        "1e12 FLOPs, 5.0 times the largest budget fitted, were forecast by Approach 3 (written down on 2026-01-02) before the held-out runs began",
      ),
      says("forecast optimum: forecast 1.5000 (95 % 1.4000 to 1.6000), measured 1.5200"),
      lacks("larger model: forecast 1.6000, not measured yet; isoflop run --verify trains it"),
    ]);
    const rows = forecast.rows.map((row) => ({ ...row, forecaster: "Approach 3", measured: 1.55 }));
    const others = validation({
      forecast: { ...forecast, fit: "Approach 2", rows },
      heldOut: [1e12],
      optimum: undefined,
    });
    expect(others.at(-1)).toEqual(says("larger model: forecast 1.6000 by Approach 3, measured 1.5500"));
  });

  it("is a gap where a budget is held out and no forecast is stated, and where nothing could be tested", () => {
    for (const subject of [
      { heldOut: [1e12], optimum: undefined },
      { heldOut: [], optimum: undefined },
      { heldOut: [], optimum: { missing: "too few runs" } },
    ]) {
      expect(itemOf("a", "?", validation({ forecast: undefined, ...subject })).status).toBe("gap");
    }
  });
});

const hostile = '"><img src=x onerror=alert(1)>\n# heading [x](javascript:alert(1))';

describe("the checklist of imported runs", () => {
  it("has what was logged with the names it was logged by, and calls the rest gaps", async () => {
    for (const [i, N] of [1e6, 2e6, 4e6, 8e6].entries()) {
      const run = join(folder, "runs", `run ${i}`);
      await mkdir(run, { recursive: true });
      const settings = {
        n_params_total: N,
        seed: i,
        optimizer: { name: "adamw", learning_rate: 3e-4, beta1: 0.9 },
        ...(i === 0 ? {} : { lr_scheduler_type: "cosine" }),
        dataset_name: hostile,
        max_steps: 40,
      };
      await writeFile(join(run, "config.json"), JSON.stringify(settings));
      const lines = Array.from({ length: 20 }, (_, k) =>
        JSON.stringify({
          step: k + 1,
          tokens: (k + 1) * 1e7,
          "val/loss": 2 + 100 / N ** 0.4 + 3 / (k + 1),
          "train/lr": 3e-4 * Math.min(1, (k + 1) / 2),
        }),
      );
      await writeFile(join(run, "metrics.jsonl"), lines.join("\n"));
    }
    const imported = join(folder, "imported");
    expect((await command("import", join(folder, "runs"), "--to", imported, "--loss", "mean:5")).code).toBe(0);
    const before = await readdir(imported);
    const item = await checklistOf(imported, "--bootstrap", "0");
    expect(item("training.optimiser")).toMatchObject({
      status: "answered",
      answers: ["optimiser: optimizer.name adamw, optimizer.beta1 0.9"],
    });
    const rate = item("training.learning-rate");
    expect(rate.status).toBe("partly");
    expect(rate.answers).toEqual([
      "peak learning rate: 3e-4",
      "schedule: lr_scheduler_type cosine",
      "its end: as logged, it is still at 100 % of its peak when the run ends: not matched to the length",
      "warm-up: 10 % of the steps, as logged",
    ]);
    expect(rate.gaps).toEqual(["not logged in 1 of 4 runs: schedule; log it in the run's settings and import again"]);
    expect(item("training.data").gaps).toEqual([
      "not logged: tokenizer, vocabulary, context; log it in the run's settings and import again",
    ]);
    expect(item("training.batch").status).toBe("gap");
    expect(item("extraction.modified").answers[0]).toContain("mean of the last 5");
    expect(item("training.counting").answers).toContain("N: n_params_total, logged");
    const told = await command("report", imported, "--bootstrap", "0", "--checklist");
    expect(told.stdout).toContain("*Gap:* not logged: tokenizer");
    expect(told.stdout).not.toMatch(/^# heading/m);
    expect(told.stdout).not.toMatch(/(?<!\\)<img/);
    expect(told.stdout).toContain("&#60;img src=x");
    expect(told.stdout).toContain("&#91;x&#93;(javascript");
    expect(await readdir(imported)).toEqual(before);
    const page = join(folder, "page.html");
    expect((await command("report", imported, "--bootstrap", "0", "--to", page)).code).toBe(0);
    expect((await readFile(page, "utf8")).includes("<img")).toBe(false);
  });

  it("reads what transformers' Trainer logged", async () => {
    const imported = join(folder, "imported");
    const fixture = fileURLToPath(new URL("../import/fixtures/trainer-tensorboard", import.meta.url));
    expect((await command("import", fixture, "--to", imported)).code).toBe(0);
    const item = await checklistOf(imported);
    expect(item("training.shapes").answers[0]).toBe("shape: 32 wide, 2 layers, 2 heads");
    expect(item("training.learning-rate").answers).toContain("schedule: lr_scheduler_type linear");
    expect(item("form.equation").status).toBe("gap");
  });
});

describe("text in Markdown", () => {
  it("stays text: no heading, link, markup or list of its own", () => {
    expect(markdownText("a\n# b")).toBe("a # b");
    expect(markdownText("<b> *x* [y](z) `c` | ~d~")).toBe("&#60;b&#62; \\*x\\* &#91;y&#93;(z) \\`c\\` \\| \\~d\\~");
    expect(markdownText("- item")).toBe("&#45; item");
    expect(markdownText("1. item")).toBe("1&#46; item");
    expect(markdownText("https://x.y www.x.y")).toBe("https&#58;//x.y www&#46;x.y");
  });
});
