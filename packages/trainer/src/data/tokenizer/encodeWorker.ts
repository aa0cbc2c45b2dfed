// A thread that encodes lots of texts by the tokenizer.json that it was started with.
import { parentPort, workerData } from "node:worker_threads";
import { createTextsEncoder, type EncodedTexts, EncodingFailure, type Texts } from "./encodeTexts.js";

export type EncodingReply = EncodedTexts | { readonly failure: string; readonly piece: number };

const encode = createTextsEncoder(workerData as string);

parentPort?.on("message", (texts: Texts) => {
  try {
    const encoded = encode(texts);
    parentPort?.postMessage(encoded satisfies EncodingReply, [encoded.tokens.buffer as ArrayBuffer]);
  } catch (error) {
    if (!(error instanceof EncodingFailure)) throw error;
    parentPort?.postMessage({ failure: error.message, piece: error.piece } satisfies EncodingReply);
  }
});
