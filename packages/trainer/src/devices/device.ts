import { IsoflopError } from "@isoflop/laws/error";
import type { RunSpec } from "../contract/runSpec.js";
import { providerOf } from "../engine/boundSession.js";
import { relu } from "../graph/arithmetic.js";
import { createGraph, input, output, toModel } from "../graph/graph.js";
import { serialiseModel } from "../onnx/serialise.js";

/** What a run can be computed on. */
export type Device = RunSpec["runtime"]["device"];

export const DEVICES: readonly Device[] = ["cpu", "cuda", "webgpu", "coreml", "directml"];

/** Whether a device can be used here, and what stands in the way. */
export type DeviceSupport =
  | { readonly device: Device; readonly available: true }
  | {
      readonly device: Device;
      readonly available: false;
      /** Whether this platform could have it. */
      readonly possible: boolean;
      readonly missing: string;
      readonly remedy: string;
    };

const REMEDIES: Record<Device, string> = {
  cpu: "install isoflop again: its ONNX Runtime is damaged",
  cuda: "needs Linux x64, an NVIDIA driver, CUDA 12 and cuDNN 9, and ONNX Runtime's provider: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node",
  webgpu:
    "needs a graphics card with a Vulkan driver (Linux: libvulkan1 and the card's driver), Metal (macOS) or Direct3D 12 (Windows)",
  coreml: "needs macOS on Apple silicon",
  directml: "needs Windows with a Direct3D 12 graphics card",
};

/** What a device needs, and how to get it. */
export const remedyFor = (device: Device): string => REMEDIES[device];

/** Tries a device on a graph of one operator. A provider that lacks its libraries may complain on standard error. */
export async function deviceSupport(device: Device): Promise<DeviceSupport> {
  const remedy = remedyFor(device);
  const provider = providerOf(device);
  // Training on the CPU does without the binding.
  const { default: ort } = await import("onnxruntime-node");
  // What this build knows, whether its libraries and hardware are there or not.
  if (!ort.listSupportedBackends().some(({ name }) => name === provider)) {
    const missing = `ONNX Runtime has no ${provider} provider for ${process.platform} ${process.arch}`;
    return { device, available: false, possible: false, missing, remedy };
  }
  try {
    const g = createGraph("float32");
    output(g, "y", relu(g, input(g, "x", "float32", [1])));
    const session = await ort.InferenceSession.create(serialiseModel(toModel(g)), {
      executionProviders: [provider],
      logSeverityLevel: 4,
    });
    await session.run({ x: new ort.Tensor("float32", Float32Array.of(1), [1]) });
    await session.release();
    return { device, available: true };
  } catch (error) {
    const missing = lastSentence(error instanceof Error ? error.message : String(error));
    return { device, available: false, possible: true, missing, remedy };
  }
}

/** ONNX Runtime puts its source file and condition before what it has to say. */
const lastSentence = (message: string): string => (message.trim().split("was false. ").at(-1) ?? message).trim();

/** Refuses what the built-in trainer cannot compute on this machine. Errors: device-missing, precision-unsupported. */
export async function requireRuntime({ device, precision }: RunSpec["runtime"]): Promise<void> {
  if (precision !== "float32") {
    throw new IsoflopError({
      code: "precision-unsupported",
      message: `the built-in trainer computes in float32, not in ${precision}`,
      hint: "take runtime.precision float32, or the PyTorch trainer (trainers/pytorch), which has bfloat16",
    });
  }
  if (device === "cpu") return;
  const support = await deviceSupport(device);
  if (support.available) return;
  throw new IsoflopError({
    code: "device-missing",
    message: `the device ${device} cannot be used here: ${support.missing}`,
    hint: `${device} ${support.remedy}; device cpu always works; \`isoflop doctor\` lists what is there`,
  });
}
