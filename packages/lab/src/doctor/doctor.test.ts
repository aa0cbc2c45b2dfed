import { execFile } from "node:child_process";
import { chmod, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { DeviceAgreement } from "@isoflop/trainer";
import { describe, expect, it } from "vitest";
import type { Examination } from "./examination.js";
import { examinationText } from "./examinationText.js";
import { examinePython } from "./python.js";

// The built command: devices are tried in processes of their own.
const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const doctor = (...flags: string[]) => promisify(execFile)(process.execPath, [BUILT, "doctor", ...flags]);

describe("isoflop doctor", () => {
  it("writes what it found as JSON alone, and tells it as text", async () => {
    const found = JSON.parse((await doctor("--json")).stdout) as Examination;
    expect(found.node.version).toBe(process.versions.node);
    expect(found.devices.map(({ device }) => device)).toEqual(["cpu", "cuda", "webgpu", "coreml", "directml"]);
    const [cpu] = found.devices;
    expect(cpu?.available).toBe(true);
    expect(cpu?.measured[0]?.threads).toBe(1);
    expect(cpu?.measured.at(-1)?.threads).toBe(found.machine.cores);
    expect(found.machine.memory.free).toBeLessThanOrEqual(found.machine.memory.total);
    expect(found.machine.disk.free).toBeGreaterThan(0);
    for (const device of found.devices) {
      expect(device.available).toBe(device.measured.length > 0);
      if (!device.available) expect(found.wanting.some(({ what }) => what === device.device)).toBe(device.possible);
    }
    expect(found.direct).toBe(process.platform === "linux");
    const text = examinationText(found);
    expect(text).toMatch(/^ONNX Runtime {2,}\d+\.\d+\.\d+, (called directly|through its binding for Node)$/m);
    expect(text).toMatch(/^cpu {2,}[\d.e]+ FLOP\/s in float32 products of \d+, 1 thread$/m);
    expect(text).toMatch(/^memory {2,}[\d.]+ GB free of [\d.]+ GB$/m);
    const withCard = (agreement: DeviceAgreement) =>
      examinationText({ ...found, devices: [{ device: "webgpu", available: true, measured: [], agreement }] });
    const of = "gradient.vectors";
    expect(withCard({ agrees: true, of, difference: 5.39e-7 })).toMatch(
      /^webgpu {2,}gradients of small models within 5\.4e-7 of the processor's$/m,
    );
    expect(withCard({ agrees: false, of, difference: 0.98 })).toMatch(
      /^webgpu {2,}not to be trained on: of a small model gradient\.vectors is off by 0\.98 of its size$/m,
    );
    expect(withCard({ agrees: false, of })).toMatch(/of a small model gradient\.vectors holds what is no number$/m);
    for (const { what, remedy } of found.wanting) expect(text).toContain(`  ${what}: ${remedy}`);
  });

  it("asks the Python that answers, and says what the PyTorch trainer lacks", async () => {
    const folder = await mkdtemp(join(tmpdir(), "isoflop-python-"));
    const fake = async (name: string, line: string) => {
      const path = join(folder, name);
      await writeFile(path, `#!/bin/sh\necho '${line}'\n`);
      await chmod(path, 0o755);
      return path;
    };
    const torch = { version: "2.9.0", devices: ["H100", "H100"], bfloat16: true };
    const broken = await fake("broken", "not json");
    const bare = await fake("bare", '{"version": "3.12.1"}');
    const whole = await fake("whole", JSON.stringify({ version: "3.12.1", torch }));
    const nowhere = join(folder, "nowhere");
    expect(await examinePython([nowhere, broken, whole])).toEqual({ program: whole, version: "3.12.1", torch });
    expect(await examinePython([bare])).toMatchObject({ version: "3.12.1", remedy: `${bare} -m pip install torch` });
    expect(await examinePython([nowhere])).toEqual({ remedy: expect.stringContaining("install Python") });
  });
});
