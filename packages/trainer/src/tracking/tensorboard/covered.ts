import { readFileSync } from "node:fs";
import { maskedCrc32c } from "../maskedCrc32c.js";
import { asInteger, wireFields } from "../protobufWire.js";
import { eventFiles } from "./eventFile.js";

/**
 * Whether the event files of a folder have the steps from the first to this one: each file those from where its session started to
 * its last whole event. A machine that went down, a full disk or a session without them leave a hole.
 */
export function isCovered(folder: string, step: number): boolean {
  let needed = step;
  for (const file of eventFiles(folder).reverse()) {
    if (needed === 0) return true;
    const { start, last } = extentOf(file);
    // Of a session that did not come to its start, or that began where a later one began again.
    if (start > needed) continue;
    if (last < needed) return false;
    needed = start - 1;
  }
  return needed === 0;
}

function extentOf(file: string): { readonly start: number; readonly last: number } {
  const bytes = readFileSync(file);
  let [start, last] = [Number.POSITIVE_INFINITY, 0];
  for (let at = 0; at + 16 <= bytes.length; ) {
    const length = bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32;
    const end = at + 12 + length;
    if (maskedCrc32c(bytes.subarray(at, at + 8)) !== bytes.readUInt32LE(at + 8) || end + 4 > bytes.length) break;
    const event = bytes.subarray(at + 12, end);
    if (maskedCrc32c(event) !== bytes.readUInt32LE(end)) break;
    let step = 0;
    for (const field of wireFields(event)) {
      if (field.number === 2) step = asInteger(field);
      else if (field.number === 5) last = Math.max(last, step);
      else if (field.number === 7) start = step;
    }
    at = end + 4;
  }
  return { start, last };
}
