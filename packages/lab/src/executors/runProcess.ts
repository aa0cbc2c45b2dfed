import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode, writeFailure } from "@isoflop/trainer/contract";
import { z } from "zod";
import { readIfThere } from "../runs/folder.js";
import { identifyProcess, isSameProcess, type ProcessIdentity, signalGroup, stopProcess } from "./processes.js";
import { keepTrainerLog } from "./trainerLog.js";

/** How a trainer's process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it said on standard error. */
  readonly said: string;
}

export interface RunningProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessEnd>;
}

const IDENTITY_FILE = ".process.json";
const identitySchema = z.object({ pid: z.number().int(), start: z.string().optional() });

/** Libraries that open a thread for each core unless told otherwise; workers would then fight for the cores. */
const THREAD_VARIABLES = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"];

/** The command for one run: "{run}" in any argument stands for the run folder, else the folder comes last. */
export function trainerArguments(command: readonly string[], runFolder: string): string[] {
  const filled = command.map((part) => part.replaceAll("{run}", runFolder));
  return command.some((part) => part.includes("{run}")) ? filled : [...filled, runFolder];
}

/** Starts a trainer on a run folder, without a shell, and notes who it is so that no other is started beside it. */
export async function startTrainer(
  command: readonly string[],
  runFolder: string,
  threads: number,
  environment: Readonly<Record<string, string>> = {},
): Promise<RunningProcess> {
  const [program = "", ...rest] = trainerArguments(command, runFolder);
  const pinned = Object.fromEntries(THREAD_VARIABLES.map((name) => [name, String(threads)]));
  const child = spawn(program, rest, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, ...pinned, ...environment },
    // Its own process group: Ctrl-C reaches the lab alone, which then stops its trainers in order.
    detached: process.platform !== "win32",
  });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    said = (said + chunk).slice(-8000);
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.on("error", (error) =>
      resolve({ code: 127, signal: null, said: `cannot start ${program}: ${error.message}` }),
    );
    child.on("close", (code, signal) => resolve({ code, signal, said }));
  });
  if (child.pid !== undefined) {
    const identity = await identifyProcess(child.pid);
    const file = join(runFolder, IDENTITY_FILE);
    try {
      if (identity !== undefined) await writeFile(file, JSON.stringify(identity));
    } catch (error) {
      child.kill("SIGKILL");
      await ended;
      throw writeFailure(error, file);
    }
  }
  return { child, ended };
}

/** When and how a trainer at work is made to end. */
export interface TrainerStop {
  /** Aborted: SIGTERM, upon which it writes a checkpoint. */
  readonly signal: AbortSignal;
  /** Between SIGTERM and SIGKILL: enough to write a checkpoint. */
  readonly patienceMs: number;
  /** Aborted: SIGKILL at once. */
  readonly kill?: AbortSignal;
}

/** One process of a trainer on a run folder, to its end. Errors: as startTrainer. */
export async function trainSession(
  command: readonly string[],
  runFolder: string,
  threads: number,
  stop: TrainerStop,
  environment: Readonly<Record<string, string>> = {},
): Promise<ProcessEnd> {
  const { child, ended } = await startTrainer(command, runFolder, threads, environment);
  let timer: NodeJS.Timeout | undefined;
  const send = (name: NodeJS.Signals) => {
    if (child.pid !== undefined) signalGroup(child.pid, name);
  };
  const onKill = () => send("SIGKILL");
  const onStop = () => {
    send("SIGTERM");
    timer = setTimeout(onKill, stop.patienceMs);
  };
  if (stop.signal.aborted) onStop();
  else stop.signal.addEventListener("abort", onStop, { once: true });
  if (stop.kill?.aborted) onKill();
  else stop.kill?.addEventListener("abort", onKill, { once: true });
  const end = await ended;
  clearTimeout(timer);
  stop.signal.removeEventListener("abort", onStop);
  stop.kill?.removeEventListener("abort", onKill);
  // Another's run by now.
  if (!stop.kill?.aborted) await keepTrainerLog(runFolder, end.said);
  return end;
}

/** Forgets the process of a run that has ended. Returns whether one was noted. */
export async function forgetTrainer(runFolder: string): Promise<boolean> {
  try {
    await rm(join(runFolder, IDENTITY_FILE));
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

/**
 * Stops the trainers that an earlier lab left behind on run folders (the lab was killed, its trainers were not), and waits
 * until they are gone: two processes must never write one run. Returns how many there were.
 */
export async function stopOrphans(command: readonly string[], runFolders: readonly string[]): Promise<number> {
  const running = await runningCommands();
  const stopped = await Promise.all(
    runFolders.map(async (folder) => {
      const orphans = await orphansOf(folder, running.get(trainerArguments(command, folder).join("\0")) ?? []);
      await Promise.all(orphans.map((orphan) => stopProcess(orphan)));
      await forgetTrainer(folder);
      return orphans.length;
    }),
  );
  return stopped.reduce((sum, count) => sum + count, 0);
}

/** Trainers at work on a folder: the one noted there, and those whose command line says so. */
async function orphansOf(runFolder: string, found: readonly number[]): Promise<ProcessIdentity[]> {
  const orphans: ProcessIdentity[] = [];
  const noted = await readIdentity(join(runFolder, IDENTITY_FILE));
  if (noted !== undefined && (await isSameProcess(noted))) {
    // Without a start time a recycled process number cannot be told apart, unless its command line shows it.
    if (noted.start !== undefined || (await commandLine(noted.pid))?.includes(runFolder) !== false) orphans.push(noted);
  }
  for (const pid of found) {
    const identity = orphans.some((orphan) => orphan.pid === pid) ? undefined : await identifyProcess(pid);
    if (identity !== undefined) orphans.push(identity);
  }
  return orphans;
}

/**
 * Process numbers by command line (where /proc exists): catches the trainer of a lab that was killed between starting it and
 * noting its number. A program that was named without its path stays so in the command line.
 */
async function runningCommands(): Promise<Map<string, number[]>> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name)).map(Number);
  const running = new Map<string, number[]>();
  await Promise.all(
    pids.map(async (pid) => {
      const line = (await commandLine(pid))?.join("\0");
      if (line !== undefined) running.set(line, [...(running.get(line) ?? []), pid]);
    }),
  );
  return running;
}

async function commandLine(pid: number): Promise<string[] | undefined> {
  const text = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => undefined);
  return text?.split("\0").slice(0, -1);
}

async function readIdentity(file: string): Promise<ProcessIdentity | undefined> {
  try {
    const identity = identitySchema.safeParse(JSON.parse((await readIfThere(file)) ?? "null")).data;
    if (identity === undefined) return undefined;
    return identity.start === undefined ? { pid: identity.pid } : { pid: identity.pid, start: identity.start };
  } catch (error) {
    if (systemCode(error) === undefined) return undefined;
    throw error;
  }
}
