import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { afterEach, describe, expect, it } from "vitest";
import { command } from "../../lab/src/fixtures/testIo.js";
import type { ObservationsAnswer, StudyObservationsPage } from "../../lab/src/server/api.js";
import { makeStudy, metricsLines, serverOf } from "../../lab/src/server/live/fixtures.js";
import { createAnswers } from "../../lab/src/server/observationsAnswers.js";
import { changeSince, fingerprintOf } from "../../lab/src/server/observationsChange.js";
import { afterChange, type VersionedPage } from "../src/state/observationsChange.js";

/** What is sent is text. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe("a change of observations", () => {
  it("makes of the page before it the page after it, whatever changed", () => {
    const random = createRandom(5);
    const draw = (most: number): number => random.integer(most);
    const pageOf = (): StudyObservationsPage => {
      const ids = Array.from({ length: 12 }, (_, i) => `run-${i}`).filter(() => random.uniform() < 0.7);
      if (random.uniform() < 0.3) ids.reverse();
      const page = {
        title: `study ${draw(2)}`,
        ...(random.uniform() < 0.5 ? { mark: String(draw(3)) } : {}),
        convention: { parameters: "total", flops: "6N" },
        records: ids.map((id) => ({ id, parameters: draw(2), tokens: 1, flops: 1, loss: draw(3) })),
        holdouts:
          random.uniform() < 0.5 ? [] : [{ id: "h", parameters: 1, tokens: 1, flops: 1, loss: draw(2), role: "fit" }],
        names: Object.fromEntries(ids.map((id) => [id, `${id} ${draw(2)}`])),
        // Rows of a table may have one id, and "__proto__" may be one.
        dropped: [
          { id: "__proto__", name: "x", reason: `${draw(2)}` },
          { id: random.uniform() < 0.5 ? "__proto__" : "y", name: "x", reason: "" },
        ],
        ...(random.uniform() < 0.5 ? { choices: { freshOnly: true } } : {}),
        ...(random.uniform() < 0.5 ? { parts: [{ name: "part", rows: [draw(2)] }] } : {}),
        ...(random.uniform() < 0.5 ? { batchTokens: JSON.parse(`{"__proto__": ${draw(2)}, "b": 1}`) } : {}),
      };
      return page as unknown as StudyObservationsPage;
    };
    const kinds = new Set<string>();
    for (let i = 0; i < 500; i++) {
      const [page, next] = [pageOf(), pageOf()];
      const [before, after] = [fingerprintOf(page), fingerprintOf(next)];
      const change = sent(changeSince(before, next, after));
      for (const { kind } of Object.values(change.fields)) kinds.add(kind);
      const held: VersionedPage = { ...sent(page), version: before.version };
      const made = afterChange(held, change);
      // Names are looked up: their order is nothing.
      expect(made).toEqual({ ...sent(next), version: after.version });
      expect(made?.records.map(({ id }) => id)).toEqual(next.records.map(({ id }) => id));
      expect(before.version === after.version).toBe(JSON.stringify(page) === JSON.stringify(next));
      if (before.version !== after.version) expect(afterChange({ ...held, version: "other" }, change)).toBeUndefined();
    }
    expect([...kinds].sort()).toEqual(["entries", "gone", "list", "whole"]);
  });

  it("is refused where what is held is not what it is a change of", () => {
    const page = { title: "s", names: { a: "A" }, records: [{ id: "a" }] } as unknown as StudyObservationsPage;
    const change = changeSince(fingerprintOf({ ...page, names: {}, records: [] }), page, fingerprintOf(page));
    const held = { ...page, version: change.since };
    expect(afterChange({ ...held, names: { x: "X" } }, change)).toBeUndefined();
    expect(afterChange({ ...held, records: [{ id: "x" }] } as unknown as VersionedPage, change)).toBeUndefined();
  });

  it("is of one of the last versions; of any other all is sent", () => {
    const answers = createAnswers();
    const pageOf = (title: string) => ({ title, records: [] }) as unknown as StudyObservationsPage;
    const versions = Array.from({ length: 12 }, (_, i) => answers(pageOf(`${i}`), undefined).version);
    expect(answers(pageOf("11"), versions.at(-1))).toEqual({
      since: versions.at(-1),
      version: versions.at(-1),
      fields: {},
    });
    expect(answers(pageOf("11"), versions.at(-3))).toMatchObject({ fields: { title: { kind: "whole", value: "11" } } });
    for (const since of [versions[0], "", "nothing"])
      expect(answers(pageOf("11"), since)).toMatchObject({ title: "11" });
  });
});

describe("a large study's observations", () => {
  let study = "";
  afterEach(async () => {
    delete process.env.ISOFLOP_CACHE;
    await rm(dirname(study), { recursive: true, force: true });
  });
  const [RUNS, LINES] = [600, 400];

  it("come whole once; when a run has ended, that run alone, and the page has what one has that loads anew", async () => {
    study = await makeStudy();
    await command("pause", study);
    await command("run", study);
    await command("resume", study);
    const runs = join(study, "runs");
    const [model = ""] = await readdir(runs);
    const spec = JSON.parse(await readFile(join(runs, model, "run.json"), "utf8"));
    await rm(runs, { recursive: true });
    await rm(join(study, "design.json"));
    const idOf = (i: number): string => `run${String(i).padStart(13, "0")}`;
    const result = {
      status: "done",
      steps: LINES,
      tokens: spec.tokens,
      flops: 1e9,
      wallSeconds: 1,
      sessions: 1,
      "train/loss": 3,
    };
    const end = (i: number): Promise<void> =>
      writeFile(join(runs, idOf(i), "result.json"), JSON.stringify({ ...result, "val/loss": 3 + i / RUNS }));
    for (let i = 0; i < RUNS; i++) {
      await mkdir(join(runs, idOf(i)), { recursive: true });
      // By turns of the budgets: one that ends stands in the middle of the list.
      const own = { id: idOf(i), name: `run ${i}`, budget: 1e9 * (1 + (i % 5)), seed: i };
      await writeFile(join(runs, idOf(i), "run.json"), JSON.stringify({ ...spec, ...own }));
      await writeFile(join(runs, idOf(i), "metrics.jsonl"), metricsLines(1, LINES));
      if (i >= 3) await end(i);
    }
    const { key, ask } = await serverOf(study);
    const textOf = async (path: string): Promise<string> => (await ask(`/${key}/observations${path}`)).text();
    const all = await textOf("");
    let held: VersionedPage = JSON.parse(all);
    expect(held.records).toHaveLength(RUNS - 3);
    expect(all.length).toBeGreaterThan(2e6);
    for (const i of [0, 1, 2]) {
      await end(i);
      const news = await textOf(`?since=${held.version}`);
      expect(news.length).toBeLessThan(all.length / 100);
      const change: ObservationsAnswer = JSON.parse(news);
      const records = "since" in change ? change.fields.records : undefined;
      expect(records).toMatchObject({ kind: "list", gone: [], count: RUNS - 2 + i });
      expect(records?.kind === "list" && records.set.length).toBe(1);
      const now = "since" in change ? afterChange(held, change) : undefined;
      expect(now).toEqual(JSON.parse(await textOf("")));
      held = now ?? held;
      expect(held.records).toHaveLength(RUNS - 2 + i);
    }
    expect((await textOf(`?since=${held.version}`)).length).toBeLessThan(200);
  });
});
