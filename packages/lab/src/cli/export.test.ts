import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));

let folder: string;
let study: string;
const HOSTILE = "=cmd $a_{b}% <img src=x onerror=alert(1)> [x](javascript:y)";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-export-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  study = join(folder, "study");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(100_000));
  await mkdir(study);
  await writeFile(
    join(study, "study.yaml"),
    `name: planted
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }
design: { kind: isoflop, budgets: [2.5e10, 5e10, 1e11], sizes: 5, centre: { tokensPerParameter: 20, exponent: 0.5 }, shapes: { family: compact, context: 64 } }
hyperparameters: { batch: 1024, lr: 0.005 }
holdout: { budgets: [5e11] }
executor: { workers: 2 }
`,
  );
  const run = await command("run", study, "--verify");
  expect(run.stderr).not.toMatch(/error/);
});
afterAll(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(folder, { recursive: true, force: true });
});

async function exported(...args: string[]) {
  const to = await mkdtemp(join(folder, "to-"));
  const done = await command("export", ...args, "--to", to, "--json");
  expect(done.stderr).not.toMatch(/error/);
  expect(done.code).toBe(0);
  return {
    to,
    ...(JSON.parse(done.stdout) as { written: { path: string; what: string; count?: number }[]; absent: object[] }),
  };
}
const fitOf = async (...args: string[]) =>
  JSON.parse((await command("fit", ...args, "--json", "--bootstrap", "20")).stdout).fits.map(
    ({ law, parameters, intervals95 }: { law: string; parameters: object; intervals95: object }) => ({
      law,
      parameters,
      intervals95,
    }),
  );

describe("isoflop export of a study", () => {
  it("writes all that it has, says so, and the records give the study's own fits again", async () => {
    const { to, written, absent } = await exported(study);
    expect(absent).toEqual([]);
    expect(new Set(written.map(({ what }) => what))).toEqual(
      new Set(["records", "curves", "fits", "draws", "figures", "latex", "model-card"]),
    );
    const files = await readdir(to, { recursive: true });
    for (const { path } of written) expect(files).toContain(path);
    expect(written.filter(({ what }) => what === "figures").length).toBeGreaterThanOrEqual(8);
    const laws = ["isoflop-power-law", "chinchilla", "kaplan-model-data"];
    const again = await fitOf(join(to, "records.csv"));
    const own = await fitOf(study);
    const only = (fits: { law: string }[]) => fits.filter(({ law }) => laws.includes(law));
    expect(only(again)).toHaveLength(3);
    expect(only(again)).toEqual(only(own));
  });

  it("tells in the model card whether the forecast held", async () => {
    const { to } = await exported(study, "--what", "model-card");
    expect(await readFile(join(to, "model-card.md"), "utf8")).toMatch(/^The forecast (held|missed): /m);
  });

  it("has every point of every run, and the curves that the fits see", async () => {
    const { to, written } = await exported(study, "--what", "curves", "--format", "json");
    const points = JSON.parse(await readFile(join(to, "points.json"), "utf8")) as {
      run: string;
      key: string;
      step: number;
      value: number;
    }[];
    expect(written.find(({ path }) => path === "points.json")?.count).toBe(points.length);
    const [id = ""] = await readdir(join(study, "runs"));
    const lines = (await readFile(join(study, "runs", id, "metrics.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const losses = points.filter(({ run, key }) => run === id && key === "train/loss");
    expect(losses.map(({ step, value }) => [step, value])).toEqual(
      lines.map((line) => [line.step, line["train/loss"]]),
    );
  });

  it("draws figures in every format, of either theme, and fits again as it is told", async () => {
    const { to, written } = await exported(
      study,
      "--what",
      "figures,fits",
      "--figures",
      "svg,png,pdf,vega-lite",
      "--theme",
      "dark",
      "--approach",
      "3",
      "--bootstrap",
      "0",
    );
    const names = written.filter(({ what }) => what === "figures").map(({ path }) => path);
    for (const ending of ["svg", "png", "pdf", "vl.json"]) expect(names).toContain(`figures/loss-contours.${ending}`);
    const read = (ending: string) => readFile(join(to, "figures", `loss-contours.${ending}`));
    expect((await read("png")).subarray(1, 4).toString()).toBe("PNG");
    expect((await read("pdf")).subarray(0, 5).toString()).toBe("%PDF-");
    expect(JSON.parse((await read("vl.json")).toString())).toMatchObject({ background: "#14171a" });
    expect(await readFile(join(to, "fits.csv"), "utf8")).toMatch(/^"fit".*\n("chinchilla".*\n){7}$/);
  });
});

describe("isoflop export of files and imported folders", () => {
  const law = (N: number, D: number) => 1.7 + 400 / N ** 0.34 + 410 / D ** 0.28;

  it("writes an imported folder's runs with where their numbers are from, and those that were left out", async () => {
    const logs = join(folder, "logs");
    for (const [i, N] of [1e6, 3e6, 1e7, 3e7].entries()) {
      for (const D of [2e8, 6e8, 2e9]) {
        const path = join(logs, `run-${i}-${D}`);
        await mkdir(path, { recursive: true });
        await writeFile(join(path, "config.json"), JSON.stringify({ n_params: N }));
        const lines = [0.25, 0.5, 1].map((part, step) =>
          JSON.stringify({ step: step + 1, tokens: D * part, "val/loss": law(N, D * part) }),
        );
        await writeFile(join(path, "metrics.jsonl"), `${lines.join("\n")}\n`);
      }
    }
    await mkdir(join(logs, "diverged"));
    await writeFile(join(logs, "diverged", "config.json"), JSON.stringify({ n_params: 1e6 }));
    await writeFile(
      join(logs, "diverged", "metrics.jsonl"),
      '{"step":1,"tokens":1e8,"val/loss":3}\n{"step":2,"tokens":2e8,"val/loss":NaN}\n',
    );
    const imported = join(folder, "imported");
    expect((await command("import", logs, "--to", imported)).code).toBe(0);
    const { to, written } = await exported(imported, "--bootstrap", "0", "--format", "csv,json");
    const counts = Object.fromEntries(written.map(({ path, count }) => [path, count]));
    expect(counts).toMatchObject({ "records.json": 12, "dropped.json": 1, "points.json": 12 * 6 + 4 });
    const [record] = JSON.parse(await readFile(join(to, "records.json"), "utf8"));
    expect(record).toMatchObject({
      logger: "metrics",
      origin: expect.stringMatching(/N: n_params.*D: tokens at step 3/),
      label: expect.any(String),
    });
    expect(await readFile(join(to, "dropped.json"), "utf8")).toMatch(/diverged/);
    expect(await readFile(join(to, "points.csv"), "utf8")).toMatch(/"val\/loss",2,NaN/);
    expect(await fitOf(join(to, "records.csv"), "--approach", "3")).toEqual(await fitOf(imported, "--approach", "3"));
    expect(written.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["figures/loss-contours.svg", "latex/runs.tex"]),
    );
  });

  it("makes nothing of names that are formula, TeX, HTML and Markdown at once", async () => {
    const path = join(folder, `${HOSTILE}.csv`);
    const rows = [1e6, 3e6, 1e7, 3e7].flatMap((N) =>
      [2e8, 6e8, 2e9].map((D) => [`"${HOSTILE} ${N} ${D}"`, N, D, law(N, D)]),
    );
    await writeFile(path, ["run,N,D,loss", ...rows, `"${HOSTILE}",1e6,1e8,`].join("\n"));
    const { to } = await exported(path, "--bootstrap", "0", "--approach", "3");
    const tex = await readFile(join(to, "latex", "fits.tex"), "utf8");
    expect(tex).toContain("Fits of =cmd \\$a\\_\\{b\\}\\% \\textless{}img");
    const card = await readFile(join(to, "model-card.md"), "utf8");
    expect(card).toContain("&#60;img src=x");
    expect(card).not.toMatch(/<img|\]\(javascript/);
    expect(await readFile(join(to, "records.csv"), "utf8")).toMatch(/^"'=cmd /m);
    expect(await readFile(join(to, "dropped.csv"), "utf8")).not.toMatch(/(^|,)"?[=+@]/m);
    for (const name of await readdir(join(to, "figures"))) {
      expect(await readFile(join(to, "figures", name), "utf8")).not.toContain("<img");
    }
  });

  it("writes the fit of one law, and says what there is not", async () => {
    const path = join(folder, "curve.csv");
    const rows = [1, 2, 4, 8, 16].map((x) => `${x},${0.2 + 3 * x ** -0.5}`);
    await writeFile(path, `x,y\n${rows.join("\n")}\n`);
    const { written, absent } = await exported(path, "--law", "m2", "--bootstrap", "0");
    expect(written.map(({ path }) => path)).toEqual(["fits.csv", "latex/fits.tex"]);
    expect(absent.length).toBeGreaterThan(0);
  });
});

describe("isoflop export refuses", () => {
  it.each([
    [["--what", "recods"], /--what has nothing called "recods"/],
    [["--format", "xlsx"], /--format knows no "xlsx"/],
    [["--figures", "gif"], /--figures knows no "gif"/],
    [["--where", "seed = 0"], /--where is for files/],
  ])("%j with what to do, and writes nothing", async (flags, message) => {
    const to = join(folder, "never");
    const done = await command("export", study, "--to", to, ...flags);
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(message);
    expect(done.stderr).toMatch(/hint: /);
    await expect(readdir(to)).rejects.toThrow(/ENOENT/);
  });

  it("a folder that is no export, before anything is fitted", async () => {
    const done = await command("export", study, "--to", study);
    expect(done.code).toBe(2);
    expect(done.stderr).toMatch(/holds something else/);
  });
});
