// Who trains a run, among tasks on nodes that may lose sight of each other. Slurm starts a task again when its node is lost, and
// the trainer on that node may live on. So each task holds a run by a file, made by a hard link (one process only), whose time it
// renews; a later incarnation asks for the run and is given it, or takes it when the file has not been renewed for long.
import { link, open, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { systemCode, writeFailure } from "@isoflop/trainer/contract";
import { z } from "zod";
import { readIfThere } from "../../runs/folder.js";
import { identifyProcess, isSameProcess } from "../processes.js";

const holderSchema = z.object({
  /** The later submission, and within a job the later start, has the right to the run. */
  submission: z.number(),
  restart: z.number(),
  job: z.string(),
  host: z.string(),
  pid: z.number().int(),
  start: z.string().optional(),
});
export type Holder = z.infer<typeof holderSchema>;

/** The claim was asked for by a later task, or taken. */
export type Loss = "asked" | "taken";

export interface Claim {
  readonly release: () => Promise<void>;
}

export interface ClaimTimes {
  /** Between two renewals. */
  readonly beatMs: number;
  /** A claim that is not renewed for so long may be taken: longer than any file system hides a change. */
  readonly leaseMs: number;
}

const TIMES: ClaimTimes = { beatMs: 5000, leaseMs: 90_000 };
const CLAIM = ".claim.json";
const ASKED = ".claim-asked.json";

/** Who this process is, as a holder. */
export async function holderOf(submission: number, restart: number, job: string): Promise<Holder> {
  const start = (await identifyProcess(process.pid))?.start;
  return { submission, restart, job, host: hostname(), pid: process.pid, ...(start === undefined ? {} : { start }) };
}

function isLater(one: Holder, other: Holder): boolean {
  return one.submission > other.submission || (one.submission === other.submission && one.restart > other.restart);
}

/**
 * Waits until the run is this task's. Undefined where it belongs to a later one, or the signal came first. `onLoss` tells when a later
 * one wants it, or has it.
 */
export async function takeClaim(
  runFolder: string,
  me: Holder,
  signal: AbortSignal,
  onLoss: (loss: Loss) => void,
  times: ClaimTimes = TIMES,
): Promise<Claim | undefined> {
  const path = join(runFolder, CLAIM);
  const asked = join(runFolder, ASKED);
  const text = `${JSON.stringify(me)}\n`;
  let seen: { readonly stamp: string; readonly at: number } | undefined;
  while (!signal.aborted) {
    if (await linkNew(path, text, me)) {
      await rm(asked, { force: true });
      return renew(runFolder, text, onLoss, times, me);
    }
    const present = await readIfThere(path);
    if (present === undefined) continue;
    const holder = parseHolder(present);
    if (holder !== undefined && isLater(holder, me)) return undefined;
    const stamp = await stampOf(path);
    if (seen?.stamp !== stamp) seen = { stamp, at: performance.now() };
    const silent = performance.now() - seen.at > times.leaseMs;
    if (silent || holder === undefined || (await isGone(holder))) {
      if ((await readIfThere(path)) === present) await rm(path, { force: true });
      continue;
    }
    await writeFile(asked, text).catch((error: unknown) => {
      throw writeFailure(error, asked);
    });
    await pause(Math.min(times.beatMs, 1000), signal);
  }
  return undefined;
}

/** Of this host alone it can be known that a holder is gone: by its process. */
async function isGone(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return false;
  return !(await isSameProcess(
    holder.start === undefined ? { pid: holder.pid } : { pid: holder.pid, start: holder.start },
  ));
}

/** Renews the claim by the open file, which is no longer the one at its place when another has taken that. */
async function renew(
  runFolder: string,
  text: string,
  onLoss: (loss: Loss) => void,
  { beatMs }: ClaimTimes,
  me: Holder,
): Promise<Claim> {
  const path = join(runFolder, CLAIM);
  const file = await open(path, "r+");
  let told: Loss | undefined;
  const tell = (loss: Loss) => {
    if (told === loss || told === "taken") return;
    told = loss;
    onLoss(loss);
  };
  const beat = async (): Promise<void> => {
    const now = new Date();
    await file.utimes(now, now);
    if ((await readIfThere(path)) !== text) return tell("taken");
    const wanted = parseHolder((await readIfThere(join(runFolder, ASKED))) ?? "");
    if (wanted !== undefined && isLater(wanted, me)) tell("asked");
  };
  let beating = Promise.resolve();
  const timer = setInterval(() => {
    // A file system that does not answer is waited for: whoever takes the claim meanwhile is seen afterwards.
    beating = beating.then(beat).catch(() => {});
  }, beatMs);
  return {
    release: async () => {
      clearInterval(timer);
      await beating;
      await file.close();
      if ((await readIfThere(path)) === text) await rm(path, { force: true });
    },
  };
}

/** A file with its content, complete from the first moment, where there is none. */
async function linkNew(path: string, text: string, me: Holder): Promise<boolean> {
  const draft = `${path}-${me.job}-${me.restart}-${me.pid}`;
  try {
    await writeFile(draft, text);
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw writeFailure(error, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** When the claim was last renewed, by the file server's clock; opened, so that no cache answers. */
async function stampOf(path: string): Promise<string> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { ino, mtimeMs } = await file.stat();
    return `${ino} ${mtimeMs}`;
  } finally {
    await file.close();
  }
}

/** Waits, or until the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
