import ort from "onnxruntime-node";
import { type Device, providerOf } from "../devices/device.js";
import type { Model } from "../onnx/model.js";
import { serialiseModel } from "../onnx/serialise.js";

/** Loads a model into ONNX Runtime on a device; a stated number of threads does what the CPU has to do. */
export function openSession(model: Model, threads: number, device: Device = "cpu"): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(serialiseModel(model), {
    executionProviders: device === "cpu" ? ["cpu"] : [providerOf(device), "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    // Denormals late in training would slow element-wise work by an order of magnitude.
    extra: { session: { set_denormal_as_zero: "1" } },
  });
}
