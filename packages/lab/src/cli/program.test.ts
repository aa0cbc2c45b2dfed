import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-program-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("isoflop", () => {
  it("shows an example in every verb's help", async () => {
    for (const verb of [
      "quickstart",
      "init",
      "run",
      "status",
      "pause",
      "resume",
      "cancel",
      "import",
      "fit",
      "laws",
      "plan",
      "forecast",
      "next",
      "report",
      "tasks",
      "doctor",
    ]) {
      const { code, stdout } = await command(verb, "--help");
      expect({ verb, code }).toEqual({ verb, code: 0 });
      expect(stdout).toMatch(new RegExp(`Examples?:\\n  \\$ isoflop ${verb}`));
      expect(stdout).toContain("--json");
    }
  });

  it("answers bad input with exit code 2, what is wrong, a remedy, and no stack", async () => {
    const cases: [string[], RegExp][] = [
      [["fti"], /unknown command 'fti'\n\(Did you mean fit\?\)/],
      [["fit", "nowhere.csv"], /no study, file or match for nowhere\.csv\.\n {2}hint: /],
      [["fit", "x.csv", "--approach", "9"], /Allowed choices are 1, 2, 3, kaplan, data-constrained, all/],
      [["fit", "x.csv", "--noise", "3:0.002,7"], /--noise <table>' argument .* is invalid\. Write loss:sd pairs/],
      [["fit", "x.csv", "--curve", "cubic"], /Allowed choices are parabola, akima/],
      [["plan"], /compute is not given.*\n {2}hint: Give one of/],
      [["plan", "--flops", "1e21", "--pf-days", "3"], /more than one way/],
      [["plan", "--gpus", "64xH100"], /not completely/],
      [["plan", "--flops", "1e21", "--days", "3"], /--days belongs to --gpus/],
      [["plan", "--flops", "1e21", "--mfu", "0.3"], /--mfu belongs to --gpus/],
      [["plan", "--gpus", "8xH100", "--days", "3", "--mfu", "most"], /--mfu must lie.*not "most"/],
      [["plan", "--flops", "much"], /--flops cannot be read from "much"/],
      [["plan", "--flops", "1e21", "--law", "nobody"], /no published law "nobody".*\n {2}hint: Known: kaplan-2020/],
      [["plan", "--flops", "1e21", "--law", join(folder, "no.json")], /cannot be read/],
      [["forecast", "x.csv"], /compute is not given.*\n {2}hint: Give one of/],
      [["forecast", "nowhere.csv", "--flops", "1e21"], /no study, file or match for nowhere\.csv/],
      [["forecast", "x.csv", "--flops", "1e21", "--approach", "4"], /Allowed choices are auto, 1, 2, 3, kaplan/],
      [["run", folder], /holds no study\.yaml\.\n {2}hint: `isoflop init/],
      [["status", join(folder, "none")], /There is no study at/],
    ];
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await command(...args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: "" });
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect((await command("run", folder, "--debug")).stderr).toMatch(/^\s+at /m);
  });
});
