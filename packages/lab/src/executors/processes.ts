import { readFile } from "node:fs/promises";
import { systemCode } from "@isoflop/trainer/contract";

/** A process, told apart from a later one with the same number by its start time where the system tells it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat (clock ticks since boot) and the boot's id; undefined elsewhere than on Linux. */
  readonly start?: string;
}

/** Identity of a living process; undefined when there is none (or only a zombie is left). */
export async function identifyProcess(pid: number): Promise<ProcessIdentity | undefined> {
  if (!isAlive(pid)) return undefined;
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (stat === undefined) return isAlive(pid) ? { pid } : undefined;
  // The command's name, in brackets, may hold blanks and brackets: fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (fields[0] === "Z" || fields[0] === "X") return undefined;
  const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
  return { pid, start: `${fields[19]}@${boot.trim()}` };
}

/** Whether the very process is still there. */
export async function isSameProcess(known: ProcessIdentity): Promise<boolean> {
  const now = await identifyProcess(known.pid);
  return now !== undefined && (known.start === undefined || now.start === undefined || now.start === known.start);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}

/** Stops a process: SIGTERM, and SIGKILL if it is still there after a while. Returns when it is gone. */
export async function stopProcess(known: ProcessIdentity, patienceMs = 5000): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    signalGroup(known.pid, name);
  };
  signal("SIGTERM");
  // Not by the clock of the wall, which may be set back.
  const killAt = performance.now() + patienceMs;
  let killed = false;
  while (await isSameProcess(known)) {
    if (!killed && performance.now() > killAt) {
      signal("SIGKILL");
      killed = true;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Signals a trainer and whatever it started (it leads a process group of its own), or it alone where it does not. */
export function signalGroup(pid: number, name: NodeJS.Signals): void {
  for (const target of process.platform === "win32" ? [pid] : [-pid, pid]) {
    try {
      process.kill(target, name);
      return;
    } catch {
      // No such group, or it ended by itself in between.
    }
  }
}
