// Test support: SIGKILL at random moments, to trainers and to the lab.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Random } from "@isoflop/laws";
import { finishedRuns, type Lab, startLab } from "./chaosStudy.js";

export interface Kills {
  readonly trainers: number;
  readonly labs: number;
  /** The lab and its trainers within a moment, as a power cut does it. */
  readonly everything: number;
  readonly starts: number;
}

/**
 * Trains a study to its end under so many kills. They are spread over the study, not over time: while more kills than runs
 * have been dealt out, in parts, the next one waits longer. `runSeconds`: what a run takes undisturbed.
 */
export async function trainUnderFire(
  study: string,
  cache: string,
  plan: { readonly kills: number; readonly runs: number; readonly runSeconds: number; readonly random: Random },
): Promise<Kills> {
  const { random, runSeconds } = plan;
  const dealt = { trainers: 0, labs: 0, everything: 0 };
  let starts = 0;
  let running: Lab | undefined;
  const start = (): Lab => {
    starts++;
    const lab = startLab(study, cache);
    running = lab;
    lab.ended.then(() => {
      if (running === lab) running = undefined;
    });
    return lab;
  };
  for (let kills = 0; kills < plan.kills; ) {
    const lab = running ?? start();
    const ahead = kills / plan.kills - (await finishedRuns(study)).length / plan.runs;
    const [least, most] = ahead > 0.05 ? [0.3, 2.5] : ahead > -0.05 ? [0.1, 1] : [0, 0.3];
    await pause(1000 * runSeconds * (least + (most - least) * random.uniform()));
    if (running !== lab) continue;
    const fate = random.uniform();
    if (fate < 0.3) {
      const trainers = await trainersAtWork(study);
      lab.process.kill("SIGKILL");
      dealt.labs++;
      if (fate < 0.05 || dealt.everything === 0) {
        for (const { pid } of trainers) kill(pid);
        dealt.everything++;
      }
      await lab.ended;
    } else {
      // Half of them in their midst, or most would die while they start, which takes longer than their few steps.
      const trainers = fate < 0.65 ? await trainersInTheirMidst(study, runSeconds) : await trainersAtWork(study);
      const victim = trainers[random.integer(Math.max(1, trainers.length))];
      if (victim === undefined || !kill(victim.pid)) continue;
      dealt.trainers++;
    }
    kills++;
  }
  await endInPeace(running ?? start(), start);
  return { ...dealt, starts };
}

/** Starts the lab again until it is done: it may set a run aside that was killed too often. */
async function endInPeace(lab: Lab, start: () => Lab): Promise<void> {
  for (let again = 0, now = lab; ; again++) {
    const { code, said } = await now.ended;
    if (code === 0) return;
    if (again === 3) throw new Error(`the lab does not come to an end: ${said}`);
    now = start();
  }
}

interface Trainer {
  readonly pid: number;
  readonly run: string;
}

async function trainersAtWork(study: string): Promise<Trainer[]> {
  const folder = join(study, "runs");
  const runs = (await readdir(folder).catch(() => [])).map((id) => join(folder, id));
  const noted = await Promise.all(
    runs.map(async (run) => ({ run, text: await readFile(join(run, ".process.json"), "utf8").catch(() => "") })),
  );
  return noted.flatMap(({ run, text }) => (text.includes("}") ? [{ run, pid: JSON.parse(text).pid }] : []));
}

/** Those that have written a checkpoint, as soon as there is one; none where none has got there within so many seconds. */
async function trainersInTheirMidst(study: string, seconds: number): Promise<Trainer[]> {
  for (const until = performance.now() + 1000 * seconds; performance.now() < until; await pause(3)) {
    const trainers = await trainersAtWork(study);
    const inTheirMidst = await Promise.all(trainers.map(({ run }) => hasWritten(run)));
    if (inTheirMidst.includes(true)) return trainers.filter((_, i) => inTheirMidst[i]);
  }
  return [];
}

/** Whether a run's trainer has written a checkpoint itself: one that goes on from another's is still starting. */
async function hasWritten(run: string): Promise<boolean> {
  const written = async (path: string) => (await stat(path).catch(() => undefined))?.mtimeMs;
  const names = await readdir(join(run, "checkpoint")).catch(() => []);
  const newest = names
    .filter((name) => name.endsWith(".bin"))
    .sort()
    .at(-1);
  const [began, saved] = await Promise.all([
    written(join(run, ".process.json")),
    newest === undefined ? undefined : written(join(run, "checkpoint", newest)),
  ]);
  return began !== undefined && saved !== undefined && saved > began;
}

/** Whether there was somebody to kill. */
function kill(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
