import { createEncoder } from "./encoder.js";

/** Pieces of text, one after the other in UTF-8, and how long each is. */
export interface Texts {
  readonly bytes: Uint8Array;
  readonly lengths: readonly number[];
}

/** Their tokens, one piece after the other, and how many each has. */
export interface EncodedTexts {
  readonly tokens: Uint32Array | Uint8Array;
  readonly lengths: readonly number[];
}

/** Which piece cannot be encoded, and why. */
export class EncodingFailure extends Error {
  constructor(
    readonly piece: number,
    message: string,
  ) {
    super(message);
  }
}

/** An encoder of many pieces at a time, by a tokenizer.json. Throws EncodingFailure. */
export function createTextsEncoder(json: string): (texts: Texts) => EncodedTexts {
  const encode = createEncoder(json);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return ({ bytes, lengths }) => {
    const pieces: (readonly number[])[] = [];
    let at = 0;
    for (const [piece, length] of lengths.entries()) {
      const text = decoder.decode(bytes.subarray(at, at + length));
      const ids = encode(text);
      at += length;
      // The library leaves a token without an id where the vocabulary lacks it.
      if (ids.some((id) => !Number.isInteger(id)))
        throw new EncodingFailure(piece, "the vocabulary lacks some of its text");
      if (ids.length === 0 && text.trim() !== "") throw new EncodingFailure(piece, "none of its text has a token");
      pieces.push(ids);
    }
    const tokens = new Uint32Array(pieces.reduce((sum, ids) => sum + ids.length, 0));
    let filled = 0;
    for (const ids of pieces) {
      tokens.set(ids, filled);
      filled += ids.length;
    }
    return { tokens, lengths: pieces.map((ids) => ids.length) };
  };
}
