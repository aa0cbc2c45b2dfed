import type { RunSpec } from "../contract/runSpec.js";
import type { Model } from "../onnx/model.js";
import { openBoundSession } from "./boundSession.js";
import { openDirectSession } from "./directSession.js";
import { loadOnnxRuntime } from "./onnxRuntime.js";
import type { TensorMap } from "./tensor.js";

/** Whether ONNX Runtime is called directly here. */
export const callsDirectly = async (): Promise<boolean> => (await loadOnnxRuntime()) !== undefined;

/** A model loaded into ONNX Runtime. */
export interface Session {
  /**
   * Computes the outputs from the inputs, into tensors that are given (of all outputs) or new ones, and returns those.
   * Errors: those of ONNX Runtime, such as a shape that is not the model's.
   */
  readonly run: (inputs: TensorMap, outputs?: TensorMap) => Promise<TensorMap>;
  /** Frees what the session holds. It cannot run again. */
  readonly release: () => Promise<void>;
}

/** What a session is opened with. */
export interface SessionOptions {
  /** Threads that compute one operator. */
  readonly threads: number;
  /** Whether intermediate values are laid out in one block beforehand. */
  readonly memoryPattern: boolean;
}

/**
 * From so many bytes on, intermediate values are not laid out in one block beforehand: it would take that block beside what
 * the first call took without it, half as much memory again, and the time that the plan saves no longer shows.
 */
const LARGE = 32e6;

/**
 * Loads a model into ONNX Runtime on a device; a stated number of threads does what the CPU has to do. `activations`: bytes
 * that the model's intermediate values are known to take. On the CPU ONNX Runtime is called directly where that is possible:
 * its binding for Node copies every output once more, and the garbage of that costs up to an eighth of a step (dev/LOG.md).
 */
export async function openSession(
  model: Model,
  threads: number,
  device: RunSpec["runtime"]["device"] = "cpu",
  activations = 0,
): Promise<Session> {
  const options = { threads, memoryPattern: activations < LARGE };
  const direct = device === "cpu" ? await loadOnnxRuntime() : undefined;
  return direct ? openDirectSession(direct, model, options) : openBoundSession(model, device, options);
}
