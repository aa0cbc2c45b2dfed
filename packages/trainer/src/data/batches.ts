import { IsoflopError } from "@isoflop/laws/error";
import { sequenceCount } from "../contract/sequences.js";
import { createPermutation } from "../random/permutation.js";
import { PURPOSE } from "../random/philox.js";
import type { Tokens } from "./tokenFile.js";

export interface BatchOrder {
  readonly context: number;
  /** Sequences of a step. */
  readonly sequences: number;
  readonly seed: number;
  /** Sequences that the run may see; default all. */
  readonly uniqueSequences?: number | undefined;
}

/**
 * Training batches by step. The order depends on the seed and the epoch alone, each sequence comes once an epoch, and
 * the n-th sequence is the same whatever the batch size: runs of one seed see the same text after the same tokens, so
 * that the noise of the data is common to them. Fewer unique sequences are the first ones of one random order of all, the
 * same for every seed: a smaller subset is part of every larger one.
 */
export function createBatches(tokens: Tokens, { context, sequences, seed, uniqueSequences }: BatchOrder) {
  const available = sequenceCount(tokens.length, context);
  const unique = uniqueSequences ?? available;
  if (available === 0 || unique > available) throw tooFew("training", tokens.length, available, Math.max(1, unique));
  const member = unique === available ? (at: number) => at : createPermutation(available, 0, 0, PURPOSE.subset);
  let epoch = -1;
  let place: (position: number) => number = () => 0;
  /** Fills `target` [sequences, context + 1] with the batch of step 1, 2, …. */
  return (step: number, target: Int32Array): void => {
    for (let row = 0; row < sequences; row++) {
      const index = (step - 1) * sequences + row;
      const wanted = Math.floor(index / unique);
      if (wanted !== epoch) {
        epoch = wanted;
        place = createPermutation(unique, seed, epoch, PURPOSE.order);
      }
      tokens.read(member(place(index % unique)) * context, context + 1, target, row * (context + 1));
    }
  };
}

/** `sequences` windows spread evenly over a validation split, or all where it has fewer: the same for every run of a study. */
export function validationWindows(tokens: Tokens, context: number, sequences: number): Int32Array {
  const available = sequenceCount(tokens.length, context);
  if (available === 0) throw tooFew("validation", tokens.length, 0, 1);
  const count = Math.min(sequences, available);
  const windows = new Int32Array(count * (context + 1));
  for (let row = 0; row < count; row++) {
    tokens.read(Math.floor((row * available) / count) * context, context + 1, windows, row * (context + 1));
  }
  return windows;
}

function tooFew(split: string, tokens: number, available: number, wanted: number): IsoflopError {
  return new IsoflopError({
    code: "too-few-sequences",
    message: `the ${tokens} ${split} tokens hold ${available} sequences, not ${wanted}`,
    hint: "take more text, a shorter context, or fewer unique tokens",
  });
}
