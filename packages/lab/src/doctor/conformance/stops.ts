import { appendFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { readLastMetrics, readResult } from "../../runs/status.js";
import type { Checklist } from "./check.js";
import { endOf, newRun, numbersOf, runSession, type Trial } from "./session.js";

/** Long enough to see a survivor write. */
const SURVIVOR_MS = 1500;

const RESUMES = "it ends with the same bits as a run that was never stopped, when started again";

/** A kill that came too late is tried again so often. */
const TRIES = 3;

/**
 * Stops and kills a run on its way, and looks whether it ends as one that was left alone.
 * @param specOf a run of so many steps
 * @param length the steps that a run should need to be stopped on its way, and the most that are tried where it was over before:
 *   the machine may have been slow when they were counted
 */
export async function checkStops(
  list: Checklist,
  trial: Trial,
  specOf: (steps: number) => RunSpec,
  length: { readonly steps: number; readonly most: number },
): Promise<void> {
  const attempt = async (steps: number) => {
    const spec = specOf(steps);
    const calm = await runSession(trial, await newRun(trial, "calm", spec));
    const whole = calm.code === 0 && (await readResult(calm.folder))?.status === "done";
    const stopped = await runSession(trial, await newRun(trial, "stopped", spec), {
      signal: "SIGTERM",
      afterStep: Math.ceil(steps / 3),
    });
    return { spec, calm, whole, stopped };
  };
  let { steps } = length;
  let made = await attempt(steps);
  while (made.whole && made.stopped.sent === undefined && steps < length.most) {
    steps = Math.min(length.most, 4 * steps);
    made = await attempt(steps);
  }
  const { spec, calm, whole, stopped } = made;
  const wanted = await numbersOf(calm.folder);
  const tried = whole && stopped.sent !== undefined;
  const untried = whole
    ? `its ${steps} steps were over before it could be stopped`
    : `the run of ${steps} steps: ${endOf(calm)}`;
  const early = (await readResult(stopped.folder)) === undefined;
  list.essential(
    "stops",
    "SIGTERM ends it within 20 s, without a result",
    tried ? !stopped.overdue && early : undefined,
    tried
      ? early
        ? endOf(stopped)
        : "it trained on to its end, or wrote a result for a run that is not done"
      : untried,
  );
  list.optional(
    "exit code 143",
    "stopped by SIGTERM it ends with exit code 143, so that a stop that the lab did not ask for is no failure",
    tried ? stopped.code === 143 : undefined,
    tried ? endOf(stopped) : untried,
  );
  const reached = (await readLastMetrics(stopped.folder))?.step ?? 0;
  const resumed = await runSession(trial, stopped.folder);
  list.essential(
    "resumes",
    `after SIGTERM ${RESUMES}`,
    tried ? resumed.code === 0 && (await numbersOf(stopped.folder)) === wanted : undefined,
    tried ? (resumed.code === 0 ? "the numbers differ" : endOf(resumed)) : untried,
  );
  const again = (await readResult(stopped.folder))?.sessions;
  list.optional(
    "sessions",
    "result.json counts its sessions",
    tried && resumed.code === 0 ? again === 2 : undefined,
    tried ? `${again} after one stop at step ${reached}` : untried,
  );
  await checkKill(list, trial, spec, wanted, whole);
}

async function checkKill(list: Checklist, trial: Trial, spec: RunSpec, wanted: string, whole: boolean): Promise<void> {
  const kill = async () =>
    runSession(trial, await newRun(trial, "killed", spec), { signal: "SIGKILL", afterStep: Math.ceil(spec.steps / 3) });
  let killed = await kill();
  for (let tries = 1; whole && killed.sent === undefined && tries < TRIES; tries++) killed = await kill();
  const metrics = join(killed.folder, "metrics.jsonl");
  const size = async () => (await stat(metrics).catch(() => undefined))?.size;
  const before = await size();
  await new Promise((resolve) => setTimeout(resolve, SURVIVOR_MS));
  // A run can be over because it was quicker than the signal, or because something outlived it.
  const grew = (await size()) !== before || (await readResult(killed.folder)) !== undefined;
  const tried = whole && killed.sent !== undefined;
  const untried = "the run was over before it could be killed";
  list.essential(
    "no survivors",
    "when its process group is killed nothing of it goes on writing",
    tried ? !grew : undefined,
    tried ? "it still writes: processes that it has started lead groups of their own" : untried,
  );
  if (grew) {
    list.essential("survives a kill", `after SIGKILL ${RESUMES}`, undefined, "something of it outlives a kill");
    return;
  }
  await appendFile(metrics, '{"step": 12, "tok');
  const resumed = await runSession(trial, killed.folder);
  list.essential(
    "survives a kill",
    `after SIGKILL, and with a last line of metrics.jsonl cut off, ${RESUMES}`,
    tried ? resumed.code === 0 && (await numbersOf(killed.folder)) === wanted : undefined,
    tried ? (resumed.code === 0 ? "the numbers differ" : endOf(resumed)) : untried,
  );
}
