// What a node runs for each task of an array: trains the task's runs. Arguments: the submission's folder, and the first task of
// the array. Exit code 0: its runs have their results, or are held; 1: some of them failed; 143: interrupted, to be started again.
import { basename, join } from "node:path";
import { holdOf, watchControl } from "../../runs/control.js";
import { readResult } from "../../runs/status.js";
import { holderOf } from "./claim.js";
import { shareOut } from "./devices.js";
import { listenToSlurm, requeue } from "./interruption.js";
import { logPath, readManifest } from "./submission.js";
import { trainRun } from "./trainRun.js";

/** Of the warning's time a part is kept for the way back into the queue. */
const REQUEUE_SECONDS = 10;

/** How often a task looks for what is paused and cancelled: hundreds of them look at one file server. */
const LOOK_MS = 5000;

const say = (line: string) => void process.stderr.write(`${new Date().toISOString()} ${line}\n`);

async function main(submissionFolder: string | undefined, first: string | undefined): Promise<number> {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: index, SLURM_RESTART_COUNT: restart = "0" } = process.env;
  if (submissionFolder === undefined || first === undefined || array === undefined || index === undefined) {
    say("this program is started by the batch script of a submission, in a job array");
    return 2;
  }
  const job = `${array}_${index}`;
  const interruption = await listenToSlurm(job, logPath(submissionFolder, job));
  const manifest = await readManifest(submissionFolder);
  const runs = manifest?.tasks[Number(first) + Number(index)];
  if (manifest === undefined || runs === undefined) {
    say(`${submissionFolder} says nothing of task ${index} from ${first}; can this node see the study's folder?`);
    return 2;
  }
  const study = join(submissionFolder, "..", "..");
  const context = {
    command: manifest.command,
    patienceSeconds: Math.max(manifest.warning / 2, manifest.warning - REQUEUE_SECONDS),
    holder: await holderOf(Number(basename(submissionFolder)), Number(restart), job),
    interruption,
    say,
  };
  say(`task ${job}, start ${restart}, on ${process.env.SLURMD_NODENAME ?? "an unnamed node"}: ${runs.length} runs`);
  const held = new Map(runs.map((id) => [id, new AbortController()]));
  const watching = await watchControl(
    study,
    (control) => {
      for (const [id, stop] of held) {
        const hold = holdOf(control, id);
        if (hold !== undefined) stop.abort(hold);
      }
    },
    LOOK_MS,
  );
  const waiting = [...held];
  const folderOf = (id: string) => join(study, manifest.runs, id);
  const work = async (environment: Record<string, string>): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !interruption.signal.aborted; next = waiting.shift()) {
      const [id, { signal }] = next;
      if (!signal.aborted) await trainRun({ folder: folderOf(id), held: signal, environment }, context);
    }
  };
  const ends = await Promise.allSettled(
    shareOut(process.env, manifest.atOnce).map((environment) =>
      work(environment).catch((error: unknown) => {
        // One run's fatal error (a full disk) stops the others in order.
        interruption.stop({ ending: "stopped", reason: "another run of its task met a fatal error", requeue: false });
        throw error;
      }),
    ),
  );
  watching.close();
  const fatal = ends.find((end) => end.status === "rejected");
  if (fatal !== undefined) throw fatal.reason;
  const results = await Promise.all(runs.map((id) => readResult(folderOf(id))));
  if (interruption.signal.aborted && results.includes(undefined))
    return interrupted(job, (await interruption.cause()).requeue);
  return results.some((result) => result?.status === "failed") ? 1 : 0;
}

async function interrupted(job: string, toBeRequeued: boolean): Promise<number> {
  if (!toBeRequeued) return 143;
  const refusal = await requeue(job);
  if (refusal !== undefined) say(`could not go back into the queue (${refusal}); isoflop run submits the rest anew`);
  return 143;
}

main(process.argv[2], process.argv[3]).then(
  (code) => process.exit(code),
  (error: unknown) => {
    say(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
