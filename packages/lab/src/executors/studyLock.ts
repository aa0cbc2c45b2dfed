import { randomBytes } from "node:crypto";
import { constants, copyFile, link, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { systemCode, writeFailure } from "@isoflop/trainer/contract";
import { z } from "zod";
import { readIfThere } from "../runs/folder.js";
import { identifyProcess, isSameProcess } from "./processes.js";

/** What a process does with a folder that it has locked. */
const works = ["run", "import", "export"] as const;
type Work = (typeof works)[number];

const lockSchema = z.object({
  pid: z.number().int(),
  start: z.string().optional(),
  host: z.string(),
  since: z.string(),
  /** Absent in locks of earlier versions. */
  work: z.enum(works).optional(),
});
type Lock = z.infer<typeof lockSchema>;

/** Of a folder that is locked. */
export const LOCK_FILE = ".lock";

/** The lab that is at work on a study: undefined where there is none, or where it died on this host. */
export async function labAtWork(folder: string): Promise<{ pid: number; host: string; since: string } | undefined> {
  const holder = parseLock((await readIfThere(join(folder, LOCK_FILE))) ?? "");
  if (holder === undefined || !(await isHeld(holder))) return undefined;
  return { pid: holder.pid, host: holder.host, since: holder.since };
}

/**
 * Makes this process the only one that works on a study's folder, on one of imported runs, or on an export. A lock of a dead
 * process of this host is taken over; one of another host cannot be checked and is respected. Errors: study-locked. Returns
 * the release.
 */
export async function lockStudy(folder: string, work: Work = "run"): Promise<() => Promise<void>> {
  const path = join(folder, LOCK_FILE);
  const self = await identifyProcess(process.pid);
  const since = new Date().toISOString();
  const mine: Lock = { pid: process.pid, start: self?.start, host: hostname(), since, work };
  const text = `${JSON.stringify(mine)}\n`;
  const draft = join(folder, `${draftsOf(process.pid)}${randomBytes(4).toString("hex")}`);
  try {
    await mkdir(dirname(draft), { recursive: true });
    await writeFile(draft, text, { flag: "wx" });
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw writeFailure(error, path);
  }
  try {
    for (let attempt = 0; attempt < 50; attempt++) {
      if (await linkIfFree(draft, path)) {
        await removeDrafts(folder);
        return () => release(path, text);
      }
      const present = await readIfThere(path);
      if (present === undefined) continue;
      const holder = parseLock(present);
      if (holder !== undefined && (await isHeld(holder))) throw locked(path, holder, work);
      // Dead. Only remove what was judged: another lab may have taken over in between.
      if ((await readIfThere(path)) === present) await rm(path, { force: true });
    }
  } finally {
    await rm(draft, { force: true });
  }
  throw locked(path, undefined, work);
}

/** Files of locks, and of processes that ask for one. */
export const isLockFile = (name: string): boolean => name === LOCK_FILE || name.startsWith(`${LOCK_FILE}-`);

async function isHeld(holder: Lock): Promise<boolean> {
  return holder.host !== hostname() || (await isSameProcess(toIdentity(holder)));
}

const draftsOf = (pid: number | string): string => `${LOCK_FILE}-${hostname()}-${pid}-`;

/** Removes what labs of this host left behind that were killed while they asked for the lock. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(draftsOf("").slice(0, -1)) ? /-(\d+)-[0-9a-f]+$/.exec(name)?.[1] : undefined;
    if (pid !== undefined && (await identifyProcess(Number(pid))) === undefined) {
      await rm(join(folder, name), { force: true });
    }
  }
}

/** A hard link is made by one process only, and the file is complete from the first moment. */
async function linkIfFree(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    if (HAS_NO_LINKS.has(systemCode(error) ?? "")) return createIfFree(draft, path);
    throw writeFailure(error, path);
  }
}

/** What file systems without hard links answer, those of USB sticks for one. */
const HAS_NO_LINKS = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

/** For one moment such a lock is empty: the best there is there. */
async function createIfFree(draft: string, path: string): Promise<boolean> {
  try {
    await copyFile(draft, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw writeFailure(error, path);
  }
}

async function release(path: string, text: string): Promise<void> {
  if ((await readIfThere(path)) === text) await rm(path, { force: true });
}

function parseLock(text: string): Lock | undefined {
  try {
    return lockSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function toIdentity(lock: Lock) {
  return lock.start === undefined ? { pid: lock.pid } : { pid: lock.pid, start: lock.start };
}

const HELD: Readonly<Record<Work, string>> = {
  run: "This study is being run",
  import: "Runs are being imported into this folder",
  export: "An export is being written into this folder",
};

/** @param asked what was wanted, where the holder does not say what it does */
function locked(path: string, holder: Lock | undefined, asked: Work): IsoflopError {
  const who =
    holder === undefined ? "another process" : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return new IsoflopError({
    code: "study-locked",
    message: `${HELD[holder?.work ?? asked]} by ${who} (${path}).`,
    hint: `Wait for it, or stop it (kill ${holder?.pid ?? "<pid>"}). If that process is gone for good, delete the file.`,
    exitCode: 1,
  });
}
