import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { createTextsEncoder, type EncodedTexts, EncodingFailure, type Texts } from "./encodeTexts.js";
import type { EncodingReply } from "./encodeWorker.js";
import type { Tokenizer } from "./tokenizer.js";

/** Encodes pieces of text, several lots at a time where that pays. */
export interface EncoderPool {
  /** How many lots are worth handing over before the first is done. */
  readonly lots: number;
  readonly encode: (texts: Texts) => Promise<EncodedTexts>;
  readonly close: () => Promise<void>;
}

/** Starting threads and warming them up takes as long as encoding this much. */
const WORTH_THREADS = 2 ** 23;
const MOST_THREADS = 8;
/** The compiled file, also when this one is run from its source. */
const WORKER = new URL("../../../dist/data/tokenizer/encodeWorker.js", import.meta.url);

/** An encoder for about `bytes` of text; each thread has the tokenizer and its own memory of words. */
export function openEncoderPool(tokenizer: Tokenizer, bytes: number): EncoderPool {
  const { json } = tokenizer;
  if (json === undefined) {
    return {
      lots: 1,
      encode: async ({ bytes: tokens, lengths }) => ({ tokens, lengths }),
      close: async () => {},
    };
  }
  if (bytes < WORTH_THREADS) {
    const encode = createTextsEncoder(json);
    return { lots: 1, encode: async (texts) => encode(texts), close: async () => {} };
  }
  return threads(json, Math.min(MOST_THREADS, availableParallelism()));
}

function threads(json: string, count: number): EncoderPool {
  // What Node was started with (--input-type, a test runner's loader) is not for the threads.
  const workers = Array.from({ length: count }, () => new Worker(WORKER, { workerData: json, execArgv: [] }));
  const free = [...workers];
  const waiting: ((worker: Worker) => void)[] = [];
  const take = (): Promise<Worker> => {
    const worker = free.pop();
    return worker === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(worker);
  };
  const give = (worker: Worker): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  };
  return {
    lots: count + 1,
    encode: async (texts) => {
      const worker = await take();
      const reply = await new Promise<EncodingReply>((resolve, reject) => {
        const settled = (): void => {
          worker.off("message", done).off("error", failed);
        };
        const done = (message: EncodingReply): void => {
          settled();
          resolve(message);
        };
        const failed = (error: Error): void => {
          settled();
          reject(error);
        };
        worker.on("message", done).on("error", failed);
        worker.postMessage(texts);
      });
      give(worker);
      if ("failure" in reply) throw new EncodingFailure(reply.piece, reply.failure);
      return reply;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
