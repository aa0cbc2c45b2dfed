// Sessions through ONNX Runtime's own binding for Node: for devices other than the CPU, and where the library cannot be
// called directly.
import type { RunSpec } from "../contract/runSpec.js";
import type { Model } from "../onnx/model.js";
import { serialiseModel } from "../onnx/serialise.js";
import type { Session, SessionOptions } from "./session.js";
import { type ElementArrays, type Tensor, type TensorMap, tensor } from "./tensor.js";

type Device = RunSpec["runtime"]["device"];

/** ONNX Runtime's name of a device's execution provider. */
export const providerOf = (device: Device): string => (device === "directml" ? "dml" : device);

export async function openBoundSession(
  model: Model,
  device: Device,
  { threads, memoryPattern }: SessionOptions,
): Promise<Session> {
  // Float32 is meant: NVIDIA's libraries would round the factors of products to 10 bits (TF32) where the card can.
  if (device === "cuda") process.env.NVIDIA_TF32_OVERRIDE ??= "0";
  const { default: ort } = await import("onnxruntime-node");
  const session = await ort.InferenceSession.create(serialiseModel(model), {
    executionProviders: device === "cpu" ? ["cpu"] : [providerOf(device), "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // On the CPU as in directSession.ts, so that both give the same bits.
    graphOptimizationLevel: device === "cpu" ? "basic" : "all",
    enableMemPattern: memoryPattern,
    logSeverityLevel: 3,
    extra: { session: { set_denormal_as_zero: "1" } },
  });
  const wrapped = new WeakMap<Tensor, InstanceType<typeof ort.Tensor>>();
  const wrap = (own: Tensor) => {
    const known = wrapped.get(own);
    if (known) return known;
    const made = new ort.Tensor(own.type, own.data, [...own.shape]);
    wrapped.set(own, made);
    return made;
  };
  const wrapAll = (tensors: TensorMap) =>
    Object.fromEntries(Object.entries(tensors).map(([name, value]) => [name, wrap(value)]));
  return {
    async run(inputs, outputs) {
      if (outputs) {
        await session.run(wrapAll(inputs), wrapAll(outputs));
        return outputs;
      }
      const results = await session.run(wrapAll(inputs));
      return Object.fromEntries(
        model.outputs.map(({ name, type, shape }) => [
          name,
          tensor(type, results[name]!.data as ElementArrays[typeof type], shape),
        ]),
      );
    },
    release: () => session.release(),
  };
}
