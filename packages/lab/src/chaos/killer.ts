// Test support: SIGKILL at random moments, to trainers and to the lab.
import { readdir, readFile } from "node:fs/promises";
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
    const trainers = await trainersAtWork(study);
    if (fate < 0.3) {
      lab.process.kill("SIGKILL");
      dealt.labs++;
      if (fate < 0.05) {
        for (const pid of trainers) kill(pid);
        dealt.everything++;
      }
      await lab.ended;
    } else {
      const victim = trainers[random.integer(Math.max(1, trainers.length))];
      if (victim === undefined || !kill(victim)) continue;
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

async function trainersAtWork(study: string): Promise<number[]> {
  const folder = join(study, "runs");
  const ids = await readdir(folder).catch(() => []);
  const noted = await Promise.all(ids.map((id) => readFile(join(folder, id, ".process.json"), "utf8").catch(() => "")));
  return noted.flatMap((text) => (text.includes("}") ? [JSON.parse(text).pid] : []));
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
