import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readResult } from "../../runs/status.js";
import { until } from "./fixtures/cluster.js";
import { describeOnCluster, first, second } from "./fixtures/clusterStudy.js";

describeOnCluster(
  "a task of a Slurm array",
  ({ cluster, runFolder, run, submitted, finished, waiting, attempts, log, expectCalmResults }) => {
    it.each(["work", "cancelled"])(
      "a preempted task of partition %s goes on from its checkpoint, and it is no failure",
      async (partition) => {
        process.env.FAKE_WAIT = first.name;
        const { job } = await submitted([first], `partition: ${partition}`);
        await waiting(first);
        cluster().ask(
          "sbatch",
          "--partition=urgent",
          "--nodes=2",
          "--exclusive",
          "--output=/dev/null",
          "--wrap=sleep 1",
        );
        await until("the preemption", async () => (await attempts(first)).at(0)?.ending !== undefined);
        expect(await attempts(first)).toMatchObject([{ ending: "preempted", job, reason: "preempted by Slurm" }]);
        await finished([first]);
        expect(await attempts(first)).toMatchObject([
          { ending: "preempted", job },
          { ending: "done", job },
        ]);
        expect((await log(job)).match(/start \d/g)).toEqual(["start 0", "start 1"]);
        await expectCalmResults([first]);
      },
    );

    it("a task near its time limit writes a checkpoint and goes back into the queue", async () => {
      // Slurm looks at time limits every half minute only. Started again, the trainer waits no more: setup is shell.
      process.env.FAKE_WAIT = first.name;
      const quick = '[ -z "$SLURM_RESTART_COUNT" ] || unset FAKE_WAIT';
      const { job } = await submitted([first], `time: 1, warning: 58, setup: ['${quick}']`);
      await finished([first]);
      expect(await attempts(first)).toMatchObject([
        { ending: "timeout", reason: "its time limit is near", job },
        { ending: "done", job },
      ]);
      await expectCalmResults([first]);
    });

    it("a killed trainer goes on in its task; a killed task is submitted again", async () => {
      process.env.FAKE_WAIT = [first, second].map(({ name }) => name).join();
      const watching = run([first, second]);
      await waiting(first);
      await waiting(second);
      process.kill(JSON.parse(await readFile(join(runFolder(first), ".process.json"), "utf8")).pid, "SIGKILL");
      process.kill(JSON.parse(await readFile(join(runFolder(second), ".claim.json"), "utf8")).pid, "SIGKILL");
      const { outcome } = await watching;
      expect(outcome).toMatchObject({ trained: 2, failed: [] });
      const [ofFirst, ofSecond] = [await attempts(first), await attempts(second)];
      expect(ofFirst).toMatchObject([{ ending: "preempted", reason: "killed by SIGKILL" }, { ending: "done" }]);
      expect(ofFirst[0]?.job).toBe(ofFirst[1]?.job);
      expect(ofSecond).toMatchObject([{}, { ending: "done" }]);
      expect(ofSecond[0]).not.toHaveProperty("ending");
      expect(ofSecond[0]?.job).not.toBe(ofSecond[1]?.job);
      await expectCalmResults([first, second]);
    });

    it("a failing run is tried once more, then set aside with its reason, and tried again next time", async () => {
      process.env.FAKE_CRASH = second.name;
      process.env.FAKE_NEVER = first.name;
      const { outcome } = await run([first, second]);
      expect(outcome.done.map(({ id }) => id)).toEqual([second.id]);
      expect(outcome.failed).toMatchObject([
        { spec: { id: first.id }, reason: expect.stringMatching(/told to crash.*exit code 1/s) },
      ]);
      expect(await readResult(runFolder(first))).toMatchObject({ status: "failed" });
      expect(await attempts(first)).toMatchObject([{ ending: "failed" }, { ending: "failed" }]);
      expect(await attempts(second)).toMatchObject([{ ending: "failed" }, { ending: "done" }]);
      delete process.env.FAKE_NEVER;
      expect((await run([first, second])).outcome).toMatchObject({ trained: 1, failed: [] });
      await expectCalmResults([first, second]);
    });

    it("a node that is lost while its trainer lives on hands its run over to the task's next start", async () => {
      // However long Slurm lets the requeued task wait.
      process.env.FAKE_WAIT = first.name;
      const { job } = await submitted([first], "extra: [--nodelist=n1]");
      await waiting(first);
      const before = JSON.parse(await readFile(join(runFolder(first), ".claim.json"), "utf8"));
      cluster().loseNode("n1");
      try {
        process.kill(before.pid, 0);
        cluster().ask("scontrol", "update", `job=${job}`, "ReqNodeList=n2");
        await finished([first]);
      } finally {
        await cluster().restoreNode("n1");
      }
      expect(await attempts(first)).toMatchObject([
        { ending: "preempted", reason: "left to a later start of its task" },
        { ending: "done", job },
      ]);
      expect(await log(job)).toMatch(/start 1, on n2/);
      await expectCalmResults([first]);
    });
  },
);
