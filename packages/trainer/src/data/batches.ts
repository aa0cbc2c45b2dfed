import { createRandom } from "@isoflop/laws";
import type { Tokens } from "./tokenFile.js";

/** Number of training sequences in a corpus: windows of context + 1 tokens that overlap by the one predicted token. */
export const sequenceCount = (tokens: number, context: number): number =>
  Math.max(0, Math.floor((tokens - 1) / context));

function permutation(length: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length }, (_, i) => i);
  const random = createRandom(seed);
  for (let i = length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/**
 * Training batches by step. The order depends on the seed and the epoch alone, each sequence comes once an epoch, and
 * the n-th sequence is the same whatever the batch size: runs of one seed see the same text after the same tokens, so
 * that the noise of the data is common to them.
 */
export function createBatches(tokens: Tokens, context: number, sequences: number, seed: number) {
  const count = sequenceCount(tokens.length, context);
  if (count === 0) throw new RangeError(`${tokens.length} tokens hold no sequence of ${context + 1}`);
  let epoch = -1;
  let order: Uint32Array = new Uint32Array();
  /** Fills `target` [sequences, context + 1] with the batch of step 1, 2, …. */
  return (step: number, target: Int32Array): void => {
    for (let row = 0; row < sequences; row++) {
      const index = (step - 1) * sequences + row;
      const wanted = Math.floor(index / count);
      if (wanted !== epoch) {
        epoch = wanted;
        order = permutation(count, seed + 0x9e3779b1 * epoch);
      }
      const start = order[index % count]! * context;
      target.set(tokens.subarray(start, start + context + 1), row * (context + 1));
    }
  };
}

/** `sequences` windows spread evenly over the validation split, the same for every run of a study. */
export function validationWindows(tokens: Tokens, context: number, sequences: number): Int32Array {
  const available = sequenceCount(tokens.length, context);
  if (available < sequences)
    throw new RangeError(`${tokens.length} validation tokens hold ${available} sequences, not ${sequences}`);
  const windows = new Int32Array(sequences * (context + 1));
  for (let row = 0; row < sequences; row++) {
    const start = Math.floor((row * available) / sequences) * context;
    windows.set(tokens.subarray(start, start + context + 1), row * (context + 1));
  }
  return windows;
}
