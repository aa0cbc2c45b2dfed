import ort from "onnxruntime-node";
import { type Device, providerOf } from "../devices/device.js";
import type { Model } from "../onnx/model.js";
import { serialiseModel } from "../onnx/serialise.js";

/**
 * From so many bytes on, intermediate values are not laid out in one block beforehand: it would take that block beside what
 * the first call took without it, half as much memory again, and the time that the plan saves no longer shows.
 */
const LARGE = 32e6;

/**
 * Loads a model into ONNX Runtime on a device; a stated number of threads does what the CPU has to do. `activations`: bytes
 * that the model's intermediate values are known to take.
 */
export function openSession(
  model: Model,
  threads: number,
  device: Device = "cpu",
  activations = 0,
): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(serialiseModel(model), {
    executionProviders: device === "cpu" ? ["cpu"] : [providerOf(device), "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // What more there is finds nothing in these graphs but a fused bias with ReLU, and takes longer than opening the rest.
    graphOptimizationLevel: device === "cpu" ? "basic" : "all",
    enableMemPattern: activations < LARGE,
    logSeverityLevel: 3,
    // Denormals late in training would slow element-wise work by an order of magnitude.
    extra: { session: { set_denormal_as_zero: "1" } },
  });
}
