import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** All that a run needs to go on as if it had never stopped. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Seconds of training so far, over all sessions. */
  readonly seconds: number;
  /** Sessions so far, this one included. */
  readonly sessions: number;
  /** Flat buffers: parameters, first and second moments of every group, in the order of the groups. */
  readonly state: readonly Float32Array[];
}

interface Header {
  readonly step: number;
  readonly seconds: number;
  readonly sessions: number;
  readonly lengths: readonly number[];
  readonly sha256: string;
}

const fileName = (step: number) => `step-${String(step).padStart(9, "0")}.bin`;
const bytesOf = (array: Float32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength);

function digest(state: readonly Float32Array[]): string {
  const hash = createHash("sha256");
  for (const array of state) hash.update(bytesOf(array));
  return hash.digest("hex");
}

/** Writes beside, syncs, renames, and only then removes the older ones: there is a complete checkpoint at every moment. */
export function writeCheckpoint(folder: string, { step, seconds, sessions, state }: Checkpoint): void {
  mkdirSync(folder, { recursive: true });
  const header: Header = {
    step,
    seconds,
    sessions,
    lengths: state.map((array) => array.length),
    sha256: digest(state),
  };
  const partial = join(folder, `${fileName(step)}.partial`);
  const file = openSync(partial, "w");
  try {
    for (const part of [Buffer.from(`${JSON.stringify(header)}\n`), ...state.map(bytesOf)]) {
      for (let written = 0; written < part.length; ) written += writeSync(file, part, written);
    }
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(partial, join(folder, fileName(step)));
  for (const name of readdirSync(folder)) if (name !== fileName(step)) rmSync(join(folder, name), { force: true });
}

/** The newest checkpoint that is whole and fits the model; damaged or foreign files are passed over. */
export function readCheckpoint(folder: string, lengths: readonly number[]): Checkpoint | undefined {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => /^step-\d+\.bin$/.test(name));
  } catch {
    return undefined;
  }
  for (const name of names.sort().reverse()) {
    const checkpoint = read(join(folder, name), lengths);
    if (checkpoint) return checkpoint;
  }
  return undefined;
}

/** The header is one short line. */
const MOST_HEADER = 65_536;

/** Reads the state into the arrays that training goes on with, without another copy of it. */
function read(path: string, lengths: readonly number[]): Checkpoint | undefined {
  const file = openSync(path, "r");
  try {
    const start = Buffer.alloc(MOST_HEADER);
    readSync(file, start, 0, MOST_HEADER, 0);
    const end = start.indexOf(10);
    const header = parseHeader(start.toString("utf8", 0, Math.max(0, end)));
    const elements = lengths.reduce((a, b) => a + b, 0);
    if (header?.lengths?.join() !== lengths.join() || fstatSync(file).size !== end + 1 + 4 * elements) return undefined;
    let offset = end + 1;
    const state = lengths.map((length) => {
      const array = new Float32Array(length);
      const bytes = bytesOf(array);
      for (let got = 0; got < bytes.length; ) {
        const more = readSync(file, bytes, got, Math.min(bytes.length - got, 2 ** 30), offset + got);
        if (more === 0) break;
        got += more;
      }
      offset += bytes.length;
      return array;
    });
    const { step, seconds, sessions, sha256 } = header;
    if (step === undefined || seconds === undefined || sessions === undefined || digest(state) !== sha256)
      return undefined;
    return { step, seconds, sessions, state };
  } finally {
    closeSync(file);
  }
}

function parseHeader(text: string): Partial<Header> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
