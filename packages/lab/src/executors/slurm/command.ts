import { execFile } from "node:child_process";
import { IsoflopError } from "@isoflop/laws/error";

export interface SlurmAnswer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A busy controller answers late; one that is gone never does. */
const PATIENCE_MS = 60_000;

/** Runs one of Slurm's commands, without a shell. Errors: slurm-missing. */
export function slurm(program: string, args: readonly string[], patienceMs = PATIENCE_MS): Promise<SlurmAnswer> {
  return new Promise((resolve, reject) => {
    const options = { env: plainEnvironment(), timeout: patienceMs, maxBuffer: 2 ** 28 };
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (error.code === "ENOENT") reject(missing(program));
      else if (error.killed === true) resolve({ code: 1, stdout, stderr: `no answer within ${patienceMs / 1000} s` });
      else resolve({ code: typeof error.code === "number" ? error.code : 1, stdout, stderr: stderr || error.message });
    });
  });
}

/**
 * Without the variables of a job that this process may itself be part of: a task would inherit its parent's memory and
 * its numbers. Where Slurm is found, and who asks, stays, and so do the user's own defaults (SBATCH_…).
 */
function plainEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => /^SLURM_(CONF|CONF_SERVER|JWT)$/.test(name) || !/^(SLURM|SLURMD|SRUN)_/.test(name),
  );
  return Object.fromEntries(kept);
}

function missing(program: string): IsoflopError {
  return new IsoflopError({
    code: "slurm-missing",
    message: `The study asks for Slurm, and ${program} is not to be found on this machine.`,
    hint: "Start isoflop on a login node of the cluster (it may need `module load slurm`), or set executor: { kind: local }.",
  });
}

/** What Slurm said, on one line. */
export function said({ stdout, stderr }: SlurmAnswer): string {
  const lines = (stderr.trim() === "" ? stdout : stderr).split("\n").map((line) => line.trim());
  return lines.filter((line) => line !== "").join("; ");
}
