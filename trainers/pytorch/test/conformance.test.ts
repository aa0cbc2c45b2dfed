import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Conformance } from "../../../packages/lab/src/doctor/conformance/conformance.js";
import { environment, python, torchrun } from "./python.js";

const CLI = fileURLToPath(new URL("../../../packages/lab/dist/cli/main.js", import.meta.url));

test.skipIf(python === undefined)(
  "two processes over gloo under torchrun keep every promise of the run contract, but for torchrun's own exit codes",
  { timeout: 600_000 },
  async () => {
    const trainer = [python!, ...torchrun(2), "-m", "isoflop_trainer", "{run}"];
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [CLI, "doctor", "--trainer", "--json", "--", ...trainer],
      {
        env: environment,
      },
    );
    const { conforms, checks } = JSON.parse(stdout) as Conformance;
    expect(conforms).toBe(true);
    // It ends with 1 whatever its processes ended with.
    expect(checks.filter(({ kept }) => kept !== true).map(({ id }) => id)).toEqual(["exit code 2", "exit code 143"]);
  },
);
