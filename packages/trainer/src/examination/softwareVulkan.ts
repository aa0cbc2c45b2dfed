// Test support: a graphics card in software. Chromium's packages bring SwiftShader, a Vulkan driver on the processor, and a
// loader for it; ONNX Runtime's WebGPU finds them through the environment of its process.
import { existsSync } from "node:fs";
import { join } from "node:path";

const FOLDER = process.env.ISOFLOP_SWIFTSHADER ?? "/usr/lib/chromium";
const DRIVER = join(FOLDER, "vk_swiftshader_icd.json");

/** Whether it is here. CI has it: there its absence is a failure. */
export const haveSoftwareVulkan = process.platform === "linux" && existsSync(DRIVER);
if (!haveSoftwareVulkan) {
  if (process.env.CI === "true") throw new Error(`CI needs Chromium's SwiftShader: there is no ${DRIVER}.`);
  process.stderr.write(
    `no SwiftShader at ${DRIVER} (ISOFLOP_SWIFTSHADER names its folder): tests of WebGPU are skipped\n`,
  );
}

/** The environment of a process that has it for its only graphics card. */
export const softwareVulkan = (): NodeJS.ProcessEnv => ({
  ...process.env,
  LD_LIBRARY_PATH: FOLDER,
  VK_ICD_FILENAMES: DRIVER,
  VK_DRIVER_FILES: DRIVER,
});
