// Test support: a study of small real runs, the lab as a process of its own, and what must be the same however it was treated.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "@isoflop/laws";
import { TRAINER_LOG } from "../executors/trainerLog.js";

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

/** A text with something to learn, of random words. */
export async function writeText(path: string): Promise<void> {
  const { integer } = createRandom(5);
  const words = ["citizens", "of", "the", "Senate", "and", "House", "Congress", "year", "our", "great"];
  await writeFile(path, Array.from({ length: 60_000 }, () => words[integer(words.length)]).join(" "));
}

/** Writes study.yaml of runs by the built-in trainer: 2 budgets x 4 sizes x seeds. Those of fewer seeds are among those of more. */
export async function makeStudy(folder: string, text: string, seeds: number): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, "study.yaml"),
    `name: chaos
data: { corpus: ${JSON.stringify(text)} }
design:
  { kind: isoflop, budgets: [1.2e8, 2.4e8], centre: { tokensPerParameter: 4 }, sizes: 4, span: 4, seeds: ${seeds}, shapes: { context: 16 } }
evaluation: { sequences: 16, everySteps: 20 }
checkpoint: { everySteps: 10 }
executor: { kind: local, workers: 2 }
`,
  );
  return folder;
}

/** A lab at work, and how it ended. */
export interface Lab {
  readonly process: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** Starts `isoflop run` on a study; `through`: a program that starts it in its own way, with its arguments. */
export function startLab(
  study: string,
  cache: string,
  options: { readonly env?: NodeJS.ProcessEnv; readonly through?: readonly string[] } = {},
): Lab {
  if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run npm run build first`);
  const [program = "", ...args] = [...(options.through ?? []), process.execPath, BUILT, "run", study];
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ISOFLOP_CACHE: cache, ...options.env },
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-20_000);
  });
  return { process: child, ended: new Promise((resolve) => child.on("close", (code) => resolve({ code, said }))) };
}

/** Ids of the runs that have a result. */
export async function finishedRuns(study: string): Promise<string[]> {
  const ids = await readdir(join(study, "runs")).catch(() => []);
  return ids.filter((id) => existsSync(join(study, "runs", id, "result.json")));
}

/** All that a run came to: every number and every bit, not the times it took nor the sessions. */
export async function outcomeOf(study: string, id: string) {
  const folder = join(study, "runs", id);
  const { wallSeconds: _, sessions: __, ...result } = JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
  const metrics = (await readFile(join(folder, "metrics.jsonl"), "utf8"))
    .split("\n")
    .map((line) => line.replace(/"time":[^,]*,/, ""));
  // Older ones may lie beside it, where the trainer was killed before it removed them.
  const newest =
    (await readdir(join(folder, "checkpoint")))
      .filter((name) => name.endsWith(".bin"))
      .sort()
      .at(-1) ?? "";
  const bytes = await readFile(join(folder, "checkpoint", newest));
  // The header, a line, has the seconds and the sessions.
  const state = createHash("sha256")
    .update(bytes.subarray(bytes.indexOf(10)))
    .digest("hex");
  // What tells of the way there (who was at it, what failed of it) is another one after every disturbance.
  const files = (await readdir(folder)).filter((name) => name !== "attempts.jsonl" && name !== TRAINER_LOG).sort();
  return { id, result, metrics, checkpoint: { name: newest, state }, files };
}

/** The outcomes of all runs of a study, by id. */
export async function outcomes(study: string) {
  const ids = (await readdir(join(study, "runs"))).sort();
  return Promise.all(ids.map((id) => outcomeOf(study, id)));
}

/** How often each run was begun, by what the trainer itself counts. */
export async function sessions(study: string): Promise<number[]> {
  const ids = await finishedRuns(study);
  return Promise.all(
    ids.map(async (id) => JSON.parse(await readFile(join(study, "runs", id, "result.json"), "utf8")).sessions),
  );
}
