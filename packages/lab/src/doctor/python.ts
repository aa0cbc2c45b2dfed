import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";

/** What the PyTorch trainer would find. */
export interface PythonReport {
  /** The program that was asked. */
  readonly program?: string;
  readonly version?: string;
  readonly torch?: { readonly version: string; readonly devices: readonly string[]; readonly bfloat16: boolean };
  /** What to do for it to run, where it cannot. */
  readonly remedy?: string;
}

const QUESTION = `
import json, sys
found = {"version": sys.version.split()[0]}
try:
    import torch
    cuda = torch.cuda.is_available()
    found["torch"] = {
        "version": torch.__version__,
        "devices": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())] if cuda else [],
        "bfloat16": bool(cuda and torch.cuda.is_bf16_supported()),
    }
except ImportError:
    pass
print(json.dumps(found))
`;

const answerSchema = z.object({
  version: z.string(),
  torch: z.object({ version: z.string(), devices: z.array(z.string()), bfloat16: z.boolean() }).optional(),
});

/** Loading PyTorch from a cold disk takes its time. */
const PATIENCE_MS = 60_000;

/** Asks the first Python that answers. */
export async function examinePython(programs: readonly string[] = ["python3", "python"]): Promise<PythonReport> {
  for (const program of programs) {
    try {
      const { stdout } = await promisify(execFile)(program, ["-c", QUESTION], { timeout: PATIENCE_MS });
      const { version, torch } = answerSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
      if (torch === undefined) return { program, version, remedy: `${program} -m pip install torch` };
      return { program, version, torch };
    } catch {
      // Not there, too old to understand, or not to be trusted: the next one.
    }
  }
  return {
    remedy: "install Python 3.9 or newer, then: python3 -m pip install torch (the built-in trainer needs neither)",
  };
}
