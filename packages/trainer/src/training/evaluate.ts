import ort from "onnxruntime-node";
import { evaluationModel, type ModelDescription } from "./graphs.js";
import { openSession } from "./session.js";
import type { TensorMap } from "./state.js";

const largestBatch = 16;

/** Opens an evaluator of mean loss (nats per token) over fixed windows [sequences, context + 1]. */
export async function openEvaluator(description: ModelDescription, windows: Int32Array, threads: number) {
  const length = description.shape.context + 1;
  const sequences = windows.length / length;
  let batch = Math.min(largestBatch, sequences);
  while (sequences % batch !== 0) batch--;
  const session = await openSession(evaluationModel(description, batch), threads);
  return async (parameters: TensorMap): Promise<number> => {
    let sum = 0;
    for (let start = 0; start < sequences; start += batch) {
      const rows = windows.subarray(start * length, (start + batch) * length);
      const tokens = new ort.Tensor("int32", rows, [batch, length]);
      const { loss } = await session.run({ ...parameters, tokens });
      sum += (loss!.data as Float32Array)[0]! * batch;
    }
    return sum / sequences;
  };
}
