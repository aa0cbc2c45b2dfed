// Test support: a Python that has PyTorch, and the trainer's command under it.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));

/** Debian's PyTorch belongs to Debian's own Python, which need not be the first one in PATH. */
const candidates = [process.env.ISOFLOP_PYTHON, "python3", "/usr/bin/python3"].filter((name) => name !== undefined);

/** Undefined where there is none; ISOFLOP_PYTHON names another than the usual ones. */
export const python = candidates.find(
  (name) => spawnSync(name, ["-c", "import torch, numpy"], { stdio: "ignore" }).status === 0,
);

if (python === undefined)
  console.warn("no Python with torch and numpy (apt-get install python3-torch, or ISOFLOP_PYTHON): skipped");

/** Whether that Python has what tasks under a tokenizer.json need. */
export const haveTokenizers =
  python !== undefined && spawnSync(python, ["-c", "import tokenizers"], { stdio: "ignore" }).status === 0;

export const environment = {
  ...process.env,
  PYTHONPATH: packageFolder,
  OMP_NUM_THREADS: "1",
  PYTHONWARNINGS: "ignore",
};

/** Runs Python to its end; what it printed on standard error is in the error it throws. */
export function runPython(...parameters: string[]): void {
  const { status, stderr } = spawnSync(python!, parameters, { encoding: "utf8", env: environment });
  if (status !== 0) throw new Error(`python ${parameters.join(" ")}: exit code ${status}\n${stderr}`);
}

export const trainWithTorch = (...parameters: string[]) =>
  spawnSync(python!, ["-m", "isoflop_trainer", ...parameters], { encoding: "utf8", env: environment });

/** Starts the command and sends a signal once `ready` says so; resolves with how it ended. */
export function interrupted(parameters: string[], signal: NodeJS.Signals, ready: () => boolean) {
  return new Promise<number | NodeJS.Signals>((done) => {
    const child = spawn(python!, ["-m", "isoflop_trainer", ...parameters], { stdio: "ignore", env: environment });
    const timer = setInterval(() => {
      if (!ready()) return;
      clearInterval(timer);
      child.kill(signal);
    }, 20);
    child.on("exit", (code, killedBy) => {
      clearInterval(timer);
      done(killedBy ?? code!);
    });
  });
}

/** PyTorch's version as [major, minor]. */
function version(): readonly number[] {
  if (python === undefined) return [0, 0];
  const { stdout } = spawnSync(python, ["-c", "import torch; print(torch.__version__)"], { encoding: "utf8" });
  return stdout.split(".").slice(0, 2).map(Number);
}
const [major = 0, minor = 0] = version();

/** Whether PyTorch is this version or newer. */
export const atLeast = (a: number, b: number) => major > a || (major === a && minor >= b);

/**
 * Python's arguments that start so many processes on this machine. torchrun of 1.13 does not know its own default for
 * redirection under Python 3.11, where an IntFlag no longer yields its zero: there standard output is said to be redirected and shown.
 */
export const torchrun = (processes: number): string[] => [
  ...["-m", "torch.distributed.run", "--standalone", `--nproc_per_node=${processes}`],
  ...(atLeast(2, 0) ? [] : ["-r", "1", "-t", "1"]),
];
