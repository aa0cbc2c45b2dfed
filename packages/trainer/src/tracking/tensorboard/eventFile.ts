import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { maskedCrc32c } from "../maskedCrc32c.js";
import { versionEvent } from "./event.js";

const NAME = /^events\.out\.tfevents\.(\d+)\./;
/** Beyond this the events are written out, however soon that is. */
const MOST_BUFFERED = 2 ** 20;

/** The event files of a folder in the order in which TensorBoard reads them, which is that of their names. */
export function eventFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => NAME.test(name))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** A TFRecord: length (64 bits, little-endian), its masked CRC-32C, the bytes, and theirs. */
export function framed(event: Uint8Array): Buffer {
  const record = Buffer.alloc(16 + event.length);
  record.writeUInt32LE(event.length, 0);
  record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
  record.set(event, 12);
  record.writeUInt32LE(maskedCrc32c(event), 12 + event.length);
  return record;
}

/** A new event file, behind all others of its folder. Whole events only are written out, at least every `interval` ms. */
export function openEventFile(folder: string, interval = 500) {
  mkdirSync(folder, { recursive: true });
  const file = openNew(folder);
  let buffered: Buffer[] = [];
  let length = 0;
  let last = performance.now();
  const flush = () => {
    const bytes = Buffer.concat(buffered);
    buffered = [];
    length = 0;
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    last = performance.now();
  };
  const append = (event: Uint8Array): void => {
    const record = framed(event);
    buffered.push(record);
    length += record.length;
    if (length > MOST_BUFFERED || performance.now() - last > interval) flush();
  };
  append(versionEvent(Date.now() / 1000));
  return {
    append,
    /** All events so far, on the disk itself. */
    sync(): void {
      flush();
      fsyncSync(file);
    },
    close(): void {
      try {
        flush();
      } finally {
        closeSync(file);
      }
    },
  };
}
export type EventFile = ReturnType<typeof openEventFile>;

/** Named after the second, or after the one that follows the newest file's: clocks differ between nodes, and go back. */
function openNew(folder: string): number {
  const host = hostname().replace(/[^A-Za-z0-9.-]/g, "-") || "host";
  for (;;) {
    const newest = Math.max(
      0,
      ...eventFiles(folder).map((path) => Number(NAME.exec(path.slice(folder.length + 1))?.[1])),
    );
    const second = Math.max(Math.floor(Date.now() / 1000), newest + 1);
    const name = `events.out.tfevents.${String(second).padStart(10, "0")}.${host}.${process.pid}`;
    try {
      return openSync(join(folder, name), "wx");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
