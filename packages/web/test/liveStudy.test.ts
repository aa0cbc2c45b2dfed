import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSubmission, noteArray } from "../../lab/src/executors/slurm/submission.js";
import { command } from "../../lab/src/fixtures/testIo.js";
import { type Listening, listen } from "../../lab/src/server/listen.js";
import { openServed } from "../../lab/src/server/served.js";
import { haveChromium, launch, noteFaults, violations } from "./browser.js";

const BUILT = fileURLToPath(new URL("../../lab/dist/web/", import.meta.url));
const TRAINER = fileURLToPath(new URL("./liveTrainer.mjs", import.meta.url));
const FAILING = "C1e10-N20.1k-s0";

describe.skipIf(!haveChromium)("a study that is trained while the page watches", () => {
  let folder: string;
  let study: string;
  let browser: Browser;
  let server: Listening;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-page-"));
    process.env.ISOFLOP_CACHE = join(folder, "cache");
    process.env.LIVE_FAILS = FAILING;
    process.env.LIVE_WAITED = join(folder, "waited");
    await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(20_000));
    study = join(folder, "study");
    await mkdir(study);
    await writeFile(
      join(study, "study.yaml"),
      `name: live
data: { corpus: ../text.txt, repeat: true }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(TRAINER)}, "{run}"] }
design: { kind: isoflop, budgets: [1e10, 2e10], sizes: 3, span: 4 }
executor: { kind: local, workers: 1 }
`,
    );
    const table = join(folder, "others.csv");
    const rows = ["<img src=x onerror=globalThis.hit=1>,1e6,2e7,3.5", "b,2e6,2e7,3.4", "c,3e6,2e7,3.3"];
    await writeFile(table, `${["run,N,D,loss", ...rows].join("\n")}\n`);
    browser = await launch();
    server = await listen({
      studies: await openServed([study, table]),
      host: "127.0.0.1",
      port: 0,
      webFolder: BUILT,
      pace: { pollMs: 250, queueMs: 100 },
    });
    page = await (await browser.newContext({ locale: "en-US" })).newPage();
    noteFaults(page, faults);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    delete process.env.ISOFLOP_CACHE;
    delete process.env.LIVE_FAILS;
    delete process.env.LIVE_WAITED;
    await rm(folder, { recursive: true, force: true });
  });

  it("is seen from before its first run to its end, and paused, resumed and read about there", async () => {
    await page.goto(server.url);
    await page.getByText("There are no runs yet.").waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("live");

    const lab = command("run", study);
    const row = page.getByRole("row").filter({ hasText: "running" }).first();
    // It waits to be stopped: no other is at work.
    await row.waitFor();
    const name = (await row.getByRole("button").textContent()) ?? "";
    await row.getByRole("button").click();
    const panel = page.getByRole("region", { name });
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe("panel-title");

    // Paused from the page: the trainer saves itself and ends; resumed, it goes on to its end.
    await panel.getByRole("button", { name: "Pause" }).click();
    await panel.getByText("The lab at work acts on it within a second.").waitFor();
    await panel.getByRole("definition").filter({ hasText: "paused" }).waitFor();
    const id = await runOf(study, name);
    const attempts = async () => readFile(join(study, "runs", id, "attempts.jsonl"), "utf8");
    await expect.poll(attempts).toContain('"reason":"paused"');

    // A cancellation of the whole study is asked about, and may be thought better of.
    await page.getByRole("group", { name: "The whole study" }).getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Do not cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await readdir(join(study, "control"))).toEqual([`${id}.pause`]);

    await panel.getByRole("button", { name: "Resume" }).click();
    await panel.getByRole("definition").filter({ hasText: "done" }).waitFor();
    await panel.getByRole("cell", { name: "stopped on request: paused" }).waitFor();
    await panel.getByRole("button", { name: "Close" }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(name);

    await page.getByText("5 of 6 runs have ended").waitFor();
    expect(await lab).toMatchObject({ code: 1, stderr: expect.stringContaining(`1 run failed and was set aside`) });
    await page.getByText("Nobody is training it now.").waitFor();

    // A run that failed, with all that its trainer said, as text.
    const failures = page.getByRole("region", { name: "Failures" });
    expect(await failures.getByRole("listitem").allTextContents()).toEqual([expect.stringContaining("failed 2 times")]);
    await failures.getByText("Log", { exact: true }).click();
    const log = failures.locator("pre", { hasText: 'File "train.py", line 1, in step' });
    expect(await log.textContent()).toContain("ValueError: <img src=x onerror=globalThis.hit=1> is no loss");
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.evaluate(() => "hit" in globalThis)).toBe(false);

    // What is shown is what the files say.
    const shown = await page.getByRole("region", { name: "Runs of the study" }).getByRole("row").all();
    const losses = new Map<string, string>();
    for (const line of shown.slice(1)) {
      const cells = await line.getByRole("cell").allTextContents();
      losses.set((await line.getByRole("button").textContent()) ?? "", cells[6] ?? "");
    }
    expect(losses.size).toBe(6);
    for (const [run, loss] of losses) {
      const result = JSON.parse(await readFile(join(study, "runs", await runOf(study, run), "result.json"), "utf8"));
      expect(loss).toBe(run === FAILING ? "–" : result["val/loss"].toFixed(4));
    }
    const curves = page.getByRole("img", { name: /^5 training curves of models from .* The lowest training loss is/ });
    await expect.poll(() => curves.evaluate(inked)).toBeGreaterThan(500);
    await page
      .getByRole("img", { name: /^IsoFLOP profiles\. \d of 1 budgets/ })
      .first()
      .waitFor();
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("is found by words and status, sorted, linked to, and told in Japanese", async () => {
    const table = page.getByRole("region", { name: "Runs of the study" });
    const names = () => table.locator("tbody th button").allTextContents();
    await page.getByLabel("Name contains").fill("2e10");
    await expect.poll(names).toHaveLength(3);
    await table.getByRole("button", { name: "Validation loss" }).click();
    await table.getByRole("button", { name: "Validation loss" }).click();
    expect(await table.getByRole("columnheader", { name: "Validation loss" }).getAttribute("aria-sort")).toBe(
      "descending",
    );
    const losses = (await table.locator("tbody td:nth-child(8)").allTextContents()).map(Number);
    expect([...losses].sort((a, b) => b - a)).toEqual(losses);
    await page.getByLabel("Name contains").fill("");
    await page.getByLabel("Status").selectOption("failed");
    await expect.poll(names).toEqual([FAILING]);

    // The address has it all: another page shows the same.
    await table.getByRole("button", { name: FAILING }).click();
    const second = await page.context().newPage();
    await second.goto(page.url());
    await second.getByLabel("Language").selectOption("ja");
    await second.getByRole("region", { name: `ラン ${FAILING}` }).waitFor();
    await second.getByText("6 ラン中 5 ランが終了").waitFor();
    expect(await second.locator("tbody th button").allTextContents()).toEqual([FAILING]);
    expect(await second.locator("html").getAttribute("lang")).toBe("ja");
    await second.getByText("学習プログラムの最後の出力").waitFor();
    expect(await violations(second)).toEqual([]);
    await second.close();
    expect(faults).toEqual([]);
  });

  it("is read again when its study.yaml is edited; a broken one is told, and nothing else changes", async () => {
    const file = join(study, "study.yaml");
    const text = await readFile(file, "utf8");
    const heading = page.getByRole("heading", { level: 1 });
    await writeFile(file, text.replace("name: live", "name: renamed").replace("kind: isoflop", "kind: isoflap"));
    const fault = page.getByRole("alert").filter({ hasText: "study.yaml cannot be read as it is now" });
    await fault.locator("pre", { hasText: /study\.yaml:4:\d+: .*isoflop/ }).waitFor();
    expect(await heading.textContent()).toBe("live");
    await page.getByText("5 of 6 runs have ended").waitFor();
    expect(await violations(page)).toEqual([]);
    await writeFile(file, text.replace("name: live", "name: renamed"));
    await fault.waitFor({ state: "detached" });
    await expect.poll(() => heading.textContent()).toBe("renamed");
    await expect.poll(() => page.title()).toBe("5/6 renamed · Study · isoflop");
    await writeFile(file, text);
    await expect.poll(() => heading.textContent()).toBe("live");
    expect(faults).toEqual([]);
  });

  it("tells where Slurm has its runs, in the table and of the run that is open", async () => {
    const bin = join(folder, "bin");
    await mkdir(bin);
    await writeFile(join(bin, "squeue"), "#!/bin/sh\necho '71_0|PENDING||<i>Resources'\n", { mode: 0o755 });
    const ids = await readdir(join(study, "runs"));
    const [waiting = ""] = ids;
    await rm(join(study, "runs", waiting, "result.json"));
    const manifest = { version: 1, runs: "runs", command: ["x"], tasks: [[waiting]], atOnce: 1, warning: 60 } as const;
    const { folder: notes } = await createSubmission(study, { ...manifest, command: ["x"], tasks: [[waiting]] });
    await noteArray(notes, 0, { first: 0, count: 1, name: "isoflop-t", job: "71" });
    const paths = process.env.PATH;
    process.env.PATH = `${bin}${delimiter}${paths}`;
    try {
      await page.getByLabel("Status").selectOption("all");
      const row = page.getByRole("row").filter({ hasText: "PENDING (<i>Resources)" });
      await row.waitFor();
      await page.getByText("Slurm: 1 PENDING").waitFor();
      await row.getByRole("button").click();
      await page.getByRole("definition").filter({ hasText: "71_0 PENDING (<i>Resources)" }).waitFor();
      expect(await violations(page)).toEqual([]);
      process.env.PATH = join(folder, "none");
      await page.getByText("Where Slurm has the runs is not known").waitFor();
      expect(await row.count()).toBe(0);
    } finally {
      process.env.PATH = paths;
    }
    expect(faults).toEqual([]);
  });

  it("is chosen among others, also runs of a table, whose names stay text", async () => {
    await page.getByRole("combobox", { name: "Study" }).selectOption("others.csv");
    await page.getByText("3 of 3 runs have ended").waitFor();
    expect(await page.locator("tbody th button").allTextContents()).toContain("<img src=x onerror=globalThis.hit=1>");
    expect(await page.locator("main img").count()).toBe(0);
    expect(await page.evaluate(() => "hit" in globalThis)).toBe(false);
    expect(await page.getByRole("button", { name: "Cancel" }).count()).toBe(0);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });

  it("says when its server is gone", async () => {
    await server.close();
    await page.getByText("Connection lost, trying again").waitFor();
    faults.splice(0);
  });
});

async function runOf(study: string, name: string): Promise<string> {
  for (const id of await readdir(join(study, "runs"))) {
    const spec = JSON.parse(await readFile(join(study, "runs", id, "run.json"), "utf8"));
    if (spec.name === name) return id;
  }
  throw new Error(`no run ${name}`);
}

/** Pixels of a canvas that are drawn on. */
function inked(element: SVGElement | HTMLElement): number {
  if (!(element instanceof HTMLCanvasElement)) return 0;
  const pixels = element.getContext("2d")?.getImageData(0, 0, element.width, element.height).data ?? [];
  let count = 0;
  for (let i = 3; i < pixels.length; i += 4) if ((pixels[i] ?? 0) > 0) count++;
  return count;
}
