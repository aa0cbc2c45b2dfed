import { detailOf, ReadFault } from "./fault.js";
import type { ReadNotice } from "./storedTable.js";

/** Bytes of a file, unpacked where it is packed, as they come. */
export interface ByteOptions {
  readonly gzip: boolean;
  /** Unpacked bytes that may come: what unpacks to more is refused while it does. */
  readonly limit: number;
  readonly onBytes: (count: number) => void;
}

/** What a text's first bytes say of how it is encoded. */
type Encoding = "utf-8" | "utf-16le" | "utf-16be";

class NotUtf8 extends Error {}

/**
 * Reads a text by what `consume` makes of its pieces: UTF-8, UTF-16 with its mark, or, where it is no UTF-8, Latin-1.
 * Then `consume` starts anew.
 */
export async function readText<T>(
  file: Blob,
  options: ByteOptions,
  consume: (pieces: AsyncIterable<string>) => Promise<T>,
): Promise<{ readonly content: T; readonly notices: readonly ReadNotice[] }> {
  const notices: ReadNotice[] = [];
  try {
    const content = await consume(
      decoded(bytesOf(file, options), (encoding) => {
        if (encoding !== "utf-8") notices.push("utf-16");
      }),
    );
    return { content, notices };
  } catch (error) {
    if (!(error instanceof NotUtf8)) throw error;
    const content = await consume(decodedAs(bytesOf(file, { ...options, onBytes: () => {} }), "windows-1252"));
    return { content, notices: ["latin-1"] };
  }
}

async function* bytesOf(file: Blob, { gzip, limit, onBytes }: ByteOptions): AsyncGenerator<Uint8Array> {
  const packed: ReadableStream<Uint8Array<ArrayBuffer>> = file.stream();
  const reader = (gzip ? packed.pipeThrough(new DecompressionStream("gzip")) : packed).getReader();
  let count = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new ReadFault({ kind: gzip ? "gzip" : "unreadable", detail: detailOf(error) });
      });
      if (done) return;
      count += value.byteLength;
      if (count > limit) throw new ReadFault({ kind: "too-large", limit });
      onBytes(value.byteLength);
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* decoded(
  bytes: AsyncIterable<Uint8Array>,
  onEncoding: (encoding: Encoding) => void,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  try {
    for await (const chunk of bytes) {
      if (decoder === undefined) {
        const encoding = encodingOf(chunk);
        onEncoding(encoding);
        decoder = new TextDecoder(encoding, { fatal: encoding === "utf-8" });
      }
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder?.decode() ?? "";
  } catch (error) {
    if (error instanceof TypeError && decoder !== undefined) throw new NotUtf8();
    throw error;
  }
}

async function* decodedAs(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield decoder.decode(chunk, { stream: true });
}

function encodingOf([first, second]: Uint8Array): Encoding {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** Pieces with line ends of one kind. A text with NUL characters is none. */
export async function* unixLines(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let carried = "";
  for await (const piece of pieces) {
    let text = carried + piece;
    carried = "";
    if (text.includes("\0")) throw new ReadFault({ kind: "binary" });
    if (text.endsWith("\r")) {
      text = text.slice(0, -1);
      carried = "\r";
    }
    yield text.includes("\r") ? text.replaceAll(/\r\n?/g, "\n") : text;
  }
  if (carried !== "") yield "\n";
}
