import { formatCount, IsoflopError } from "@isoflop/laws";
import type { EncoderPool } from "../tokenizer/encoderPool.js";
import { EncodingFailure } from "../tokenizer/encodeTexts.js";
import type { Part } from "./parts.js";
import { VALIDATION } from "./split.js";
import type { TokenWriter } from "./tokenWriter.js";

/** Text encoded at a time. */
const LOT_BYTES = 2 ** 20;
const PROGRESS_SECONDS = 15;

/** Where the parts of each side go. */
export interface Writers {
  readonly train?: TokenWriter;
  readonly validation: TokenWriter;
}

/** Encodes parts of text, as many lots at a time as the pool wants, and writes their tokens in order. */
export async function writeTokens(
  parts: AsyncIterable<readonly Part[]>,
  writers: Writers,
  pool: EncoderPool,
  progress: { readonly of: number; readonly log: (line: string) => void },
): Promise<void> {
  const running: Promise<() => Promise<void>>[] = [];
  let done = 0;
  let told = performance.now();
  const settle = async (): Promise<void> => {
    const write = await running.shift();
    await write?.();
    if (performance.now() - told < PROGRESS_SECONDS * 1000) return;
    told = performance.now();
    progress.log(`tokenised ${formatCount(done)} of ${formatCount(progress.of)} bytes`);
  };
  const start = async (lot: readonly Part[]): Promise<void> => {
    if (running.length >= pool.lots) await settle();
    const task = encodeLot(lot, pool).then((encoded) => async () => {
      let at = 0;
      for (const [i, part] of lot.entries()) {
        const tokens = encoded.tokens.subarray(at, at + encoded.lengths[i]!);
        at += tokens.length;
        const writer = part.side === VALIDATION ? writers.validation : writers.train;
        await writer?.append(tokens, part.bytes.length, part.begins);
        done += part.bytes.length;
      }
    });
    // Its failure is told when its turn comes.
    task.catch(() => {});
    running.push(task);
  };
  let lot: Part[] = [];
  let held = 0;
  for await (const some of parts) {
    for (const part of some) {
      lot.push(part);
      held += part.bytes.length;
    }
    if (held < LOT_BYTES) continue;
    await start(lot);
    lot = [];
    held = 0;
  }
  if (lot.length > 0) await start(lot);
  while (running.length > 0) await settle();
}

async function encodeLot(lot: readonly Part[], pool: EncoderPool) {
  try {
    return await pool.encode({
      bytes: Buffer.concat(lot.map((part) => part.bytes)),
      lengths: lot.map((part) => part.bytes.length),
    });
  } catch (cause) {
    if (!(cause instanceof EncodingFailure)) throw cause;
    throw new IsoflopError({
      code: "tokenizer-cannot-encode",
      message: `${lot[cause.piece]?.place ?? "A text"} cannot be encoded: ${cause.message}.`,
      hint: "Take a tokenizer that has a token for every text, such as a byte-level one.",
      cause,
    });
  }
}
