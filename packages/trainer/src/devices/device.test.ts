import { describe, expect, test } from "vitest";
import { DEVICES, deviceSupport, requireRuntime } from "./device.js";

describe("a device", () => {
  test("is there, or what is missing and how to get it are told", async () => {
    for (const device of DEVICES) {
      const support = await deviceSupport(device);
      expect(support.device).toBe(device);
      if (support.available) continue;
      expect(support.missing).not.toBe("");
      expect(support.missing).not.toMatch(/onnxruntime_src|\n/);
      expect(support.remedy).toMatch(/needs /);
    }
    expect((await deviceSupport("cpu")).available).toBe(true);
  });

  test("that the platform has no provider for is refused as bad input, with the remedy", async () => {
    const foreign = process.platform === "darwin" ? "directml" : "coreml";
    await expect(requireRuntime({ threads: 1, device: foreign, precision: "float32" })).rejects.toMatchObject({
      code: "device-missing",
      exitCode: 2,
      message: expect.stringContaining(
        `no ${foreign === "directml" ? "dml" : "coreml"} provider for ${process.platform}`,
      ),
      hint: expect.stringMatching(/needs .*doctor/),
    });
    await expect(requireRuntime({ threads: 1, device: "cpu", precision: "float32" })).resolves.toBeUndefined();
    await expect(requireRuntime({ threads: 1, device: "cpu", precision: "bfloat16" })).rejects.toMatchObject({
      code: "precision-unsupported",
      exitCode: 2,
      hint: expect.stringContaining("PyTorch trainer"),
    });
  });
});
