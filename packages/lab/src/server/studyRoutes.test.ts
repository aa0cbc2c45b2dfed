import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import type { RunDetails, StudyObservationsPage, StudySnapshot } from "./api.js";
import { listenTo, makeStudy, serverOf } from "./live/fixtures.js";
import { openServed } from "./served.js";

let study: string;
beforeEach(async () => {
  study = await makeStudy();
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^(FAKE_|ISOFLOP_CACHE)/.test(name)) delete process.env[name];
  await rm(dirname(study), { recursive: true, force: true });
});

describe("one run", () => {
  it("is told with its spec, its attempts, what it failed of and what its trainer said", async () => {
    const { key, ask } = await serverOf(study);
    await command("pause", study);
    await command("run", study);
    await command("resume", study);
    const [failing] = ((await (await ask(`/${key}`)).json()) as StudySnapshot).runs;
    process.env.FAKE_NEVER = failing?.name;
    await command("run", study);
    const details = async (id: string) => (await (await ask(`/${key}/runs/${id}`)).json()) as RunDetails;
    const failed = await details(failing?.id ?? "");
    expect(failed).toMatchObject({
      id: failing?.id,
      name: failing?.name,
      spec: { id: failing?.id, role: "fit" },
      attempts: [{ ending: "failed" }, { ending: "failed" }],
      reason: "the fake trainer was told to crash (exit code 1)",
      log: { text: "the fake trainer was told to crash\n", cut: false },
    });
    expect(failed.log?.file).toBe(join(study, "runs", failing?.id ?? "", "trainer.log"));
    const { runs } = (await (await ask(`/${key}`)).json()) as StudySnapshot;
    const done = await details(runs.find(({ status }) => status === "done")?.id ?? "");
    expect(done.attempts).toMatchObject([{ ending: "done" }]);
    expect(done).not.toHaveProperty("log");
    expect(done.curve.length / 2).toBeGreaterThan(20);
  });

  it("is bounded, whatever lies in its folder; and text stays text", async () => {
    const { key, ask } = await serverOf(study);
    const folder = join(study, "runs", "0123456789abcdef");
    await mkdir(folder, { recursive: true });
    const script = "<script>alert(1)</script>";
    await writeFile(join(folder, "run.json"), JSON.stringify({ name: script, junk: "x".repeat(100_000) }));
    await writeFile(join(folder, "trainer.log"), `${"y".repeat(1_000_000)}${script}\n`);
    await writeFile(join(folder, "result.json"), "{");
    await writeFile(
      join(folder, "attempts.jsonl"),
      '{"began":"now","host":"h","job":"../../../etc/passwd"}\n'.repeat(500),
    );
    const answer = await ask(`/${key}/runs/0123456789abcdef`);
    expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
    const text = await answer.text();
    expect(text.length).toBeLessThan(150_000);
    const details = JSON.parse(text) as RunDetails;
    expect(details.name).toBe(script);
    expect(details.attempts).toHaveLength(50);
    expect(details.log).toMatchObject({ cut: true });
    expect(details.log?.text.endsWith(`${script}\n`)).toBe(true);
    expect(details.curve).toEqual([]);
  });

  it("is no way out of its folder: a link there shows nothing, and a pipe holds up nobody", async () => {
    const { key, ask } = await serverOf(study);
    const secret = join(dirname(study), "secret.json");
    await writeFile(secret, '{"name":"secret"}');
    const linked = join(study, "runs", "0123456789abcdef");
    await mkdir(linked, { recursive: true });
    await symlink(secret, join(linked, "run.json"));
    expect((await ask(`/${key}/runs/0123456789abcdef`)).status).toBe(404);
    await rm(join(linked, "run.json"));
    await writeFile(join(linked, "run.json"), '{"name":"mine"}');
    await symlink(secret, join(linked, "trainer.log"));
    const details = async () => (await (await ask(`/${key}/runs/0123456789abcdef`)).json()) as RunDetails;
    expect(await details()).toMatchObject({ name: "mine" });
    expect(await details()).not.toHaveProperty("log");
    await rm(join(linked, "trainer.log"));
    if (process.platform !== "win32") execFileSync("mkfifo", [join(linked, "trainer.log")]);
    expect(await details()).not.toHaveProperty("log");
  });

  it.each([
    "..",
    "%2e%2e%2f%2e%2e%2fsecret12",
    "..%2Fstudy12",
    "a%00bcdefgh",
    "C:%5Cwindows",
    "0".repeat(150),
    ".hidden-run",
  ])("is none at %s", async (id) => {
    const secret = join(dirname(study), "secret12");
    await mkdir(secret);
    await writeFile(join(secret, "run.json"), '{"name":"secret"}');
    const { key, ask } = await serverOf(study);
    expect((await ask(`/${key}/runs/${id}`)).status).toBe(404);
  });
});

describe("control", () => {
  it("pauses, resumes and cancels a run while a lab trains it, and refuses what is no order", async () => {
    const { key, ask, post } = await serverOf(study);
    await command("pause", study);
    await command("run", study);
    await command("resume", study);
    const [run, other] = ((await (await ask(`/${key}`)).json()) as StudySnapshot).runs;
    const id = run?.id ?? "";
    // The lab is at work until the other one is let go.
    process.env.FAKE_WAIT = `${run?.name},${other?.name}`;
    const page = listenTo(await ask(`/${key}/events`));
    const lab = command("run", study);
    const [waited, otherWaited] = [id, other?.id ?? ""].map((one) => join(study, "runs", one, "waited")) as [
      string,
      string,
    ];
    for (const file of [waited, otherWaited])
      while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 20));
    await page.until(() => page.runs.get(id)?.status === "running" && (page.runs.get(id)?.step ?? 0) > 0);
    const told = await (await post(`/${key}/control`, { action: "pause", runs: [id] })).json();
    expect(told).toMatchObject({ whole: false, changed: [{ id }], lab: { pid: process.pid } });
    await page.until(() => page.runs.get(id)?.status === "paused");
    const attempts = async () => ((await (await ask(`/${key}/runs/${id}`)).json()) as RunDetails).attempts;
    while ((await attempts()).at(-1)?.ending === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await attempts()).toMatchObject([{ ending: "stopped", reason: "paused" }]);
    // Half-way it waits once more.
    await rm(waited);
    await post(`/${key}/control`, { action: "resume", runs: [id] });
    await page.until(() => page.runs.get(id)?.status === "running" && (page.runs.get(id)?.attempts ?? 0) > 1);
    await post(`/${key}/control`, { action: "cancel", runs: [id] });
    await page.until(() => page.runs.get(id)?.status === "cancelled");
    await rm(otherWaited);
    await page.until(() => [...page.runs.values()].filter(({ status }) => status === "done").length === 8);
    expect((await lab).stdout).toContain("1 cancelled");
    const { dropped } = (await (await ask(`/${key}/observations`)).json()) as StudyObservationsPage;
    expect(dropped).toMatchObject([{ id, reason: "cancelled" }]);
    await page.close();

    for (const body of [{}, { action: "delete" }, { action: "pause", runs: "all" }, { action: "pause", more: 1 }]) {
      expect((await post(`/${key}/control`, body)).status).toBe(400);
    }
    const unknown = await post(`/${key}/control`, { action: "pause", runs: ["../../escape"] });
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ error: { code: "run-unknown" } });
  });
});

describe("what is served", () => {
  it("is each study once, by whatever path it is named", async () => {
    const studies = await openServed([study, join(study, "study.yaml"), `${study}/../study`]);
    expect(studies.map(({ name, kind }) => [name, kind])).toEqual([["live", "study"]]);
    await expect(openServed([join(study, "nothing")])).rejects.toMatchObject({ code: "study-missing", exitCode: 2 });
  });

  it("is a table of runs as well: told as it is, again when it changes, and not controlled", async () => {
    const table = join(dirname(study), "runs.csv");
    const rows = (count: number) =>
      `id,N,D,C,loss\n${Array.from({ length: count }, (_, i) => `r${i},${1e6 * (i + 1)},1e8,${6e14 * (i + 1)},${4 - i / 10}\n`).join("")}`;
    await writeFile(table, rows(3));
    const { key, ask, post, studies } = await serverOf(study, table);
    expect(studies.map(({ kind }) => kind)).toEqual(["study", "imported"]);
    const imported = studies[1]?.key ?? "";
    expect(imported).not.toBe(key);
    const page = listenTo(await ask(`/${imported}/events`));
    await page.until(() => page.runs.size === 3);
    expect([...page.runs.values()][0]).toMatchObject({
      part: "imported",
      status: "done",
      validationLoss: 4,
      parameters: 1e6,
    });
    await writeFile(table, rows(5));
    await page.until(() => page.runs.size === 5);
    await page.close();
    const observations = (await (await ask(`/${imported}/observations`)).json()) as StudyObservationsPage;
    expect(observations).toMatchObject({ title: "runs.csv", holdouts: [], dropped: [] });
    expect(observations.records).toHaveLength(5);
    expect(observations.lossUnit).toBeUndefined();
    const refused = await post(`/${imported}/control`, { action: "pause" });
    expect(refused.status).toBe(409);
    expect((await ask(`/${imported}/runs/r0`)).status).toBe(404);
    await writeFile(table, "N,D\n");
    await expect(openServed([table])).rejects.toMatchObject({ exitCode: 2 });
  });

  it("tells the unit of a table's losses where they are no nats per token", async () => {
    const table = join(dirname(study), "bits.csv");
    await writeFile(table, "id,N,D,C,bits_per_byte\na,1e6,1e8,6e14,1.5\nb,2e6,1e8,12e14,1.4\n");
    const { ask, studies } = await serverOf(study, table);
    const page = (await (await ask(`/${studies[1]?.key}/observations`)).json()) as StudyObservationsPage;
    expect(page).toMatchObject({ title: "bits.csv", lossUnit: "bits per byte" });
  });

  it("tells what an import warns of with its values", async () => {
    for (const i of [1, 2, 3]) {
      const run = join(dirname(study), "trainer", `run-${i}`);
      await mkdir(run, { recursive: true });
      await writeFile(join(run, "config.json"), JSON.stringify({ n_params_total: 1e6 * i }));
      const log_history = [{ step: 10, eval_loss: 4 / i, num_input_tokens_seen: 1e8 }];
      const state = { log_history, global_step: 10, max_steps: i === 2 ? 20 : 10 };
      await writeFile(join(run, "trainer_state.json"), JSON.stringify(state));
    }
    const imported = join(dirname(study), "imported");
    expect((await command("import", join(dirname(study), "trainer"), "--to", imported)).code).toBe(0);
    const { key, ask } = await serverOf(imported);
    const page = (await (await ask(`/${key}/observations`)).json()) as StudyObservationsPage;
    expect(page.warnings).toMatchObject([
      {
        code: "unfinished-runs",
        message: expect.stringContaining("1 of 3 runs had not finished"),
        statement: { values: { unfinished: 1, runs: 3, states: [{ state: "running", count: 1 }] } },
      },
    ]);
  });

  it("is a folder of isoflop import as well, with its runs' names and curves", async () => {
    for (const [name, parameters] of [
      ["wide <b>", 3e6],
      ["narrow", 1e6],
    ] as const) {
      const run = join(dirname(study), "tracked", name);
      await mkdir(run, { recursive: true });
      await writeFile(join(run, "config.json"), JSON.stringify({ n_params: parameters }));
      const lines = Array.from({ length: 20 }, (_, i) =>
        JSON.stringify({ step: i + 1, tokens: 1e7 * (i + 1), "train/loss": 5 - i / 10, "val/loss": 5.1 - i / 10 }),
      );
      await writeFile(join(run, "metrics.jsonl"), `${lines.join("\n")}\n`);
    }
    const imported = join(dirname(study), "imported");
    expect((await command("import", join(dirname(study), "tracked"), "--to", imported)).code).toBe(0);
    const { key, ask, studies } = await serverOf(imported);
    expect(studies).toMatchObject([{ kind: "imported", name: "imported" }]);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.curves.size === 2);
    const runs = [...page.runs.values()].sort((a, b) => a.parameters - b.parameters);
    expect(runs.map(({ name }) => name)).toEqual([
      expect.stringContaining("narrow"),
      expect.stringContaining("wide <b>"),
    ]);
    const [narrow] = runs;
    const curve = page.curves.get(narrow?.id ?? "") ?? [];
    expect(curve.slice(-2)).toEqual([2e8, 3.1]);
    // A point's place on the axis of FLOPs: tokens times FLOPs per token.
    expect(2e8 * (narrow?.stepFlops ?? 0)).toBeCloseTo(6 * 1e6 * 2e8, 0);
    await page.close();
    const observations = (await (await ask(`/${key}/observations`)).json()) as StudyObservationsPage;
    expect(observations.mark).toBe(page.state()?.observations);
    expect(Object.values(observations.names).sort()).toEqual(runs.map(({ name }) => name).sort());
  });
});
