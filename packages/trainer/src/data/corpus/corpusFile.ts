import { createReadStream } from "node:fs";
import type { FileForm } from "./fileForm.js";
import { checkSignature } from "./fileForm.js";
import { unpackGzip, unpackZstd } from "./unpack.js";
import { readFailure } from "./writeFailure.js";

/** One file of a corpus, on disk or out of a package's archive. */
export interface CorpusFile {
  /** Relative to the corpus, with "/": does not depend on where the corpus lies. */
  readonly name: string;
  /** Where it lies, for messages. */
  readonly place: string;
  readonly form: FileForm;
  readonly content: { readonly path: string } | { readonly bytes: Uint8Array };
}

/** A file's bytes as they are stored, a part at a time. */
async function* storedBytes(file: CorpusFile): AsyncGenerator<Uint8Array> {
  if ("bytes" in file.content) {
    yield file.content.bytes;
    return;
  }
  const { path } = file.content;
  try {
    yield* createReadStream(path, { highWaterMark: 2 ** 18 }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw readFailure(error, path);
  }
}

/** A file's bytes unpacked, a part at a time. Errors: corpus-kind, corpus-packing-damaged, corpus-packing-bomb. */
export async function* unpackedBytes(file: CorpusFile): AsyncGenerator<Uint8Array> {
  const checked = checkedStart(file, storedBytes(file));
  if (file.form.packing === "gzip") yield* unpackGzip(file.place, checked);
  else if (file.form.packing === "zstd") yield* unpackZstd(file.place, checked);
  else yield* checked;
}

async function* checkedStart(file: CorpusFile, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let first = true;
  for await (const part of parts) {
    if (first) checkSignature(file.place, file.form, part);
    first = false;
    yield part;
  }
}
