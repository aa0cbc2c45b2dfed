import { createHash } from "node:crypto";

/** What is kept of each document: 24 bytes, so that ten million of them take 240 MB. */
export interface DocumentTable {
  readonly length: number;
  /** Bytes of text. */
  readonly bytes: Float64Array;
  /** As good as random, yet fixed by name and content: the order in which documents are held out. */
  readonly order: Float64Array;
  /** Equal for documents of equal content (48 bits of their hash). */
  readonly content: Float64Array;
}

export interface DocumentTableWriter {
  /** `contentHash` in hex. */
  readonly add: (name: string, contentHash: string, bytes: number) => void;
  readonly finish: () => DocumentTable;
}

export function createDocumentTable(): DocumentTableWriter {
  let length = 0;
  let columns = [new Float64Array(1024), new Float64Array(1024), new Float64Array(1024)] as const;
  return {
    add(name, contentHash, bytes) {
      if (length === columns[0].length) {
        const longer = (column: Float64Array) => {
          const twice = new Float64Array(2 * column.length);
          twice.set(column);
          return twice;
        };
        columns = [longer(columns[0]), longer(columns[1]), longer(columns[2])];
      }
      columns[0][length] = bytes;
      columns[1][length] = createHash("sha256").update(`${name}\0${contentHash}`).digest().readUIntBE(0, 6);
      columns[2][length] = Number.parseInt(contentHash.slice(0, 12), 16);
      length++;
    },
    finish: () => ({
      length,
      bytes: columns[0].subarray(0, length),
      order: columns[1].subarray(0, length),
      content: columns[2].subarray(0, length),
    }),
  };
}
