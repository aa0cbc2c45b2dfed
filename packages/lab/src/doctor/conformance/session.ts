import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { MetricsLine, RunResult } from "@isoflop/trainer";
import { signalGroup } from "../../executors/processes.js";
import { type ProcessEnd, startTrainer } from "../../executors/runProcess.js";
import { readIfThere, writeJson } from "../../runs/folder.js";
import { readLastMetrics } from "../../runs/status.js";

/** A trainer's process that was given a run folder, and what came of it. */
export interface Session extends ProcessEnd {
  readonly folder: string;
  /** It was still there when its time was over, and was killed. */
  readonly overdue: boolean;
  /** The signal that it was sent on the way; undefined where it had ended before its moment came. */
  readonly sent: NodeJS.Signals | undefined;
}

/** Tries a trainer on run folders of its own. */
export interface Trial {
  readonly command: readonly string[];
  /** Run folders are made in it. */
  readonly folder: string;
  /** A session that takes longer is killed. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/** After SIGTERM a trainer has as long as the lab gives it to write a checkpoint. */
const STOP_PATIENCE_MS = 20_000;
const POLL_MS = 10;

/** A run folder that holds this spec and nothing else. */
export async function newRun(trial: Trial, name: string, spec: object): Promise<string> {
  const folder = join(trial.folder, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, "run.json"), spec);
  return folder;
}

/** Starts the trainer on a run folder; sends it a signal once so many steps are noted in metrics.jsonl, where one is asked for. */
export async function runSession(
  trial: Trial,
  folder: string,
  stop?: { readonly signal: NodeJS.Signals; readonly afterStep: number },
): Promise<Session> {
  const { child, ended } = await startTrainer(trial.command, folder, 1);
  const began = Date.now();
  let over = false;
  let overdue = false;
  let sent: NodeJS.Signals | undefined;
  let sentAt = 0;
  const watch = async (): Promise<void> => {
    const { pid } = child;
    while (!over && pid !== undefined) {
      const patience = sent === undefined ? began + trial.patienceMs : sentAt + STOP_PATIENCE_MS;
      if (Date.now() > patience || trial.signal.aborted) {
        overdue = !trial.signal.aborted;
        signalGroup(pid, "SIGKILL");
        return;
      }
      if (stop !== undefined && sent === undefined && ((await readLastMetrics(folder))?.step ?? 0) >= stop.afterStep) {
        sent = stop.signal;
        sentAt = Date.now();
        signalGroup(pid, stop.signal);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  const watching = watch();
  const end = await ended;
  over = true;
  await watching;
  trial.signal.throwIfAborted();
  return { ...end, folder, overdue, sent };
}

/** The lines of metrics.jsonl as they are, unchecked. */
export async function rawMetrics(folder: string): Promise<unknown[]> {
  const lines = ((await readIfThere(join(folder, "metrics.jsonl"))) ?? "").split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    try {
      return JSON.parse(line);
    } catch {
      return line;
    }
  });
}

/** All that must be the same bits, however often a run was stopped: metrics without times, the result without those and sessions. */
export async function numbersOf(folder: string): Promise<string> {
  const lines = (await rawMetrics(folder)) as (MetricsLine | string)[];
  const metrics = lines.map((line) => (typeof line === "string" ? line : { ...line, time: 0 }));
  const result = JSON.parse((await readIfThere(join(folder, "result.json"))) ?? "{}") as Partial<RunResult>;
  return JSON.stringify([metrics, { ...result, wallSeconds: 0, sessions: 0 }]);
}

/** Every file that the contract names, by its bytes. */
export async function contentsOf(folder: string): Promise<string> {
  const files = ["run.json", "metrics.jsonl", "result.json"];
  return (await Promise.all(files.map((name) => readFile(join(folder, name), "base64").catch(() => "none")))).join(
    "\n",
  );
}

/** What a session ended with, in words. */
export function endOf({ code, signal, said, overdue }: Session): string {
  if (overdue) return "it had not ended when its time was over";
  const how = signal === null ? `exit code ${code}` : `ended by ${signal}`;
  const last = said.trim().split("\n").at(-1) ?? "";
  return last === "" ? how : `${how}: ${last}`;
}
