import type { RunSpec } from "../contract/runSpec.js";
import { validationWindows } from "../data/batches.js";
import { openTokens } from "../data/tokenFile.js";
import { type TensorMap, tensor } from "../engine/tensor.js";
import { lazily } from "./lazily.js";
import { openScoring, scoringBatch } from "./scoringGraph.js";

/** Losses of an evaluation by their keys in metrics.jsonl. */
export type Evaluation = { readonly "val/loss": number; readonly "val/bits_per_byte": number } & Readonly<
  Record<`val/${string}/${"loss" | "bits_per_byte"}`, number>
>;

/** The key of a further validation set's loss in metrics.jsonl. */
export const setKey = (name: string): `val/${string}/loss` => `val/${name}/loss`;

/** Reads the windows of all validation sets; the session opens with the first evaluation. */
export function createEvaluator(spec: RunSpec): (parameters: TensorMap) => Promise<Evaluation> {
  const { data, evaluation, shape } = spec;
  const read = (split: string, tokens: number) =>
    validationWindows(openTokens(data.folder, split, tokens, data.tokenBytes), shape.context, evaluation.sequences);
  const main = {
    bytesPerToken: data.validationBytesPerToken,
    windows: read("validation", data.validationTokens),
  };
  const sets = data.validationSets.map(({ name, tokens, bytesPerToken }) => ({
    name,
    bytesPerToken,
    windows: read(`validation-${name}`, tokens),
  }));
  const length = shape.context + 1;
  const most = Math.max(...[main, ...sets].map(({ windows }) => windows.length)) / length;
  const batch = scoringBatch(shape, spec.batch.microSequences, most);
  const session = lazily(() => openScoring(spec, batch));

  const meanLoss = async (parameters: TensorMap, windows: Int32Array): Promise<number> => {
    let sum = 0;
    for (let at = 0; at < windows.length; at += batch * length) {
      const rows = windows.subarray(at, at + batch * length);
      const tokens = tensor("int32", filled(rows, batch * length), [batch, length]);
      const { losses } = await (await session()).run({ ...parameters, tokens });
      const counted = (losses!.data as Float32Array).subarray(0, (rows.length / length) * shape.context);
      for (const loss of counted) sum += loss;
    }
    return sum / ((windows.length / length) * shape.context);
  };

  const measure = async (parameters: TensorMap, { windows, bytesPerToken }: typeof main) => {
    const loss = await meanLoss(parameters, windows);
    return { loss, bitsPerByte: loss / (Math.LN2 * bytesPerToken) };
  };

  return async (parameters) => {
    const { loss, bitsPerByte } = await measure(parameters, main);
    const further: Record<string, number> = {};
    for (const set of sets) {
      const own = await measure(parameters, set);
      further[setKey(set.name)] = own.loss;
      further[`val/${set.name}/bits_per_byte`] = own.bitsPerByte;
    }
    return { "val/loss": loss, "val/bits_per_byte": bitsPerByte, ...further };
  };
}

/** Rows with zeros behind them, whose losses nobody reads: the last call of a set is as large as the others. */
function filled(rows: Int32Array, length: number): Int32Array {
  if (rows.length === length) return rows;
  const whole = new Int32Array(length);
  whole.set(rows);
  return whole;
}
