import { join } from "node:path";
import { expect, it } from "vitest";
import { liftHold, placeHold } from "../../runs/control.js";
import { holdRuns, resumeRuns } from "../../steps/control.js";
import { readTasks } from "./atWork.js";
import { describeOnCluster, first, second, specs, study, third } from "./fixtures/clusterStudy.js";

describeOnCluster(
  "runs that are with Slurm",
  ({ cluster, folder, run, submitted, finished, started, waiting, attempts, expectCalmResults }) => {
    it("what scancel takes out of the queue is told, with a checkpoint, and submitted anew at the next start", async () => {
      process.env.FAKE_WAIT = "*";
      const watching = run(specs);
      await waiting(first);
      const jobs = new Set((await readTasks(folder())).map(({ job }) => job.split("_")[0] ?? ""));
      cluster().ask("scancel", ...jobs);
      const { outcome } = await watching;
      expect(outcome).toMatchObject({ done: [], open: [], failed: [] });
      expect(outcome.withdrawn).toHaveLength(specs.length);
      expect(await attempts(first)).toMatchObject([{ ending: "stopped", reason: "taken out of Slurm's queue" }]);
      delete process.env.FAKE_WAIT;
      expect((await run(specs)).outcome.done).toHaveLength(specs.length);
      await expectCalmResults();
    });

    it("cancelled and paused runs leave the queue, running ones with a checkpoint, and the others go on", async () => {
      process.env.FAKE_WAIT = [first, third].map(({ name }) => name).join();
      const watching = run(specs);
      await waiting(first);
      await waiting(third);
      const whole = {
        folder: folder(),
        file: join(folder(), "study.yaml"),
        runs: join(folder(), "runs"),
        fits: join(folder(), "fits"),
        study,
      };
      expect(await holdRuns(whole, "cancelled", [first.id])).toMatchObject({ slurm: { cancelled: 1 } });
      await holdRuns(whole, "paused", [third.id]);
      const { outcome, events } = await watching;
      expect(outcome.done).toHaveLength(specs.length - 2);
      expect(outcome.held).toEqual([
        { spec: first, hold: "cancelled" },
        { spec: third, hold: "paused" },
      ]);
      expect(outcome).toMatchObject({ withdrawn: [], failed: [], open: [] });
      expect(
        events
          .flatMap((event) => (event.kind === "paused" || event.kind === "cancelled" ? [event.spec.id] : []))
          .sort(),
      ).toEqual([first.id, third.id].sort());
      expect((await attempts(first)).at(-1)?.ending).toBe("stopped");
      await resumeRuns(whole, [first.id, third.id]);
      delete process.env.FAKE_WAIT;
      expect((await run(specs)).outcome.done).toHaveLength(specs.length);
      await expectCalmResults();
    });

    it("a task with other runs leaves the one that is held alone", async () => {
      process.env.FAKE_STEP_MS = "200";
      process.env.FAKE_WAIT = first.name;
      const { job } = await submitted([first, second], "runsPerTask: 2, atOnce: 2");
      await started(second);
      await waiting(first);
      await placeHold(folder(), "paused", first.id);
      await finished([second]);
      expect(await attempts(first)).toMatchObject([{ ending: "stopped", reason: "paused", job }]);
      expect(await attempts(second)).toMatchObject([{ ending: "done", job }]);
      await liftHold(folder(), first.id);
      expect((await run([first, second])).outcome.done).toHaveLength(2);
      await expectCalmResults([first, second]);
    });
  },
);
