import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readResult } from "../../runs/status.js";
import { until } from "./fixtures/cluster.js";
import { describeOnCluster, first, second, specs } from "./fixtures/clusterStudy.js";

describeOnCluster("the Slurm executor", ({ folder, runFolder, run, attempts, started, expectCalmResults }) => {
  it("trains every run once on two nodes, in arrays that the site takes, to the local executor's results", async () => {
    process.env.FAKE_STEP_MS = "100";
    const { outcome, said } = await run(specs);
    expect(outcome).toMatchObject({ trained: specs.length, failed: [], diverged: [], open: [], stopped: false });
    expect(said[0]).toMatch(/^submitted 6 runs to Slurm: job \d+ \(4 tasks\), \d+ \(2 tasks\)$/);
    await expectCalmResults();
    for (const spec of specs)
      expect(await attempts(spec)).toMatchObject([{ ending: "done", job: expect.stringMatching(/^\d+_[0-3]$/) }]);
    const logs = (await readdir(join(folder(), "slurm", "1"))).filter((name) => name.endsWith(".out"));
    const texts = await Promise.all(logs.map((name) => readFile(join(folder(), "slurm", "1", name), "utf8")));
    expect(new Set(texts.map((text) => / on (\w+):/.exec(text)?.[1]))).toEqual(new Set(["n1", "n2"]));
    const again = await run(specs);
    expect(again.outcome).toMatchObject({ trained: 0 });
    expect(again.events).toEqual([]);
    expect(await readdir(join(folder(), "slurm"))).toEqual(["1"]);
  });

  it("packs runs into tasks, several at a time, within the tasks that may run at once", async () => {
    process.env.FAKE_STEP_MS = "20";
    const { outcome, said } = await run(specs, "runsPerTask: 3, atOnce: 2, concurrency: 1");
    expect(outcome).toMatchObject({ trained: specs.length, failed: [] });
    expect(said[0]).toMatch(/\(2 tasks\)$/);
    const all = (await Promise.all(specs.map(attempts))).flat();
    const tasks = [...new Set(all.map(({ job }) => job))].map((job) => all.filter((attempt) => attempt.job === job));
    expect(tasks.map((of) => of.length)).toEqual([3, 3]);
    const began = (of: typeof all) => of.map((attempt) => attempt.began).sort();
    const spans = tasks.map((of) => ({
      from: began(of)[0] ?? "",
      to:
        of
          .map(({ ended = "" }) => ended)
          .sort()
          .at(-1) ?? "",
    }));
    const [early, late] = spans.sort((one, other) => (one.from < other.from ? -1 : 1));
    expect((late?.from ?? "") >= (early?.to ?? "none")).toBe(true);
    // Two at once: the second run of a task does not wait for the first.
    for (const of of tasks)
      expect((began(of)[1] ?? "none") < (of.map(({ ended = "" }) => ended).sort()[0] ?? "")).toBe(true);
    await expectCalmResults();
  });

  it("leaves the cluster at work when it is stopped, and finds it again without submitting twice", async () => {
    process.env.FAKE_STEP_MS = "120";
    const stop = new AbortController();
    const watching = run(specs, "", { signal: stop.signal });
    await started(first);
    stop.abort();
    expect((await watching).outcome).toMatchObject({ stopped: true });
    // As after a lab that was killed before it could note sbatch's answer.
    const noted = join(folder(), "slurm", "1", "array-0.json");
    const { job: _, ...unanswered } = JSON.parse(await readFile(noted, "utf8"));
    await writeFile(noted, JSON.stringify(unanswered));
    const { outcome, said } = await run(specs);
    expect(said[0]).toMatch(/runs are with Slurm already/);
    expect(outcome.done).toHaveLength(specs.length);
    expect(await readdir(join(folder(), "slurm"))).toEqual(["1"]);
    await expectCalmResults();
  });

  it("collects what the cluster did while no lab was there", async () => {
    const { outcome } = await run(specs, "", { detach: true });
    expect(outcome.open).toHaveLength(specs.length);
    await until("the cluster", async () =>
      (await Promise.all(specs.map((spec) => readResult(runFolder(spec))))).every(Boolean),
    );
    expect((await run(specs)).outcome).toMatchObject({ trained: 0, open: [] });
    await expectCalmResults();
  });

  it("what Slurm refuses, and what a node cannot do, is said with its remedy", async () => {
    await expect(run([first], "partition: nowhere")).rejects.toMatchObject({
      code: "slurm-refused",
      message: expect.stringMatching(/[Ii]nvalid partition.*Nothing was submitted/),
      hint: expect.stringMatching(/sinfo -s/),
    });
    await expect(run([first], "gpus: 2")).rejects.toMatchObject({
      code: "slurm-refused",
      hint: expect.stringMatching(/GPU/),
    });
    // A node that cannot see the folder has nowhere to write its log.
    const unseen = await run([first], "extra: [--output=/nowhere/at/all.out]");
    expect(unseen.outcome.failed[0]?.reason).toMatch(
      /\d+_0 ended \(FAILED\) on n\d and wrote nothing.*must lie on a file system shared/s,
    );
    const broken = await run([second], "setup: exit 7");
    expect(broken.outcome.failed[0]?.reason).toMatch(/ended \(FAILED\) on n\d without starting the trainer/);
  });
});
