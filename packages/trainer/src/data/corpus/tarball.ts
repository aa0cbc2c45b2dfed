import { gunzipSync } from "node:zlib";
import { IsoflopError } from "@isoflop/laws";
import { systemCode } from "./writeFailure.js";

/** A regular file inside a tar archive. */
export interface TarEntry {
  /** Path as the archive has it, with "/" between its parts. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** A package is read as a whole. */
const LARGEST_ARCHIVE = 2 ** 30;

/**
 * The regular files of a gzipped tar archive (POSIX ustar, pax extended headers and GNU long names: what npm writes).
 * Nothing is written to disk, so a path such as "../../x" can do no harm; links and devices are skipped.
 */
export function readTarball(file: string, gzipped: Uint8Array): TarEntry[] {
  let archive: Uint8Array;
  try {
    archive = gunzipSync(gzipped, { maxOutputLength: LARGEST_ARCHIVE });
  } catch (cause) {
    if (systemCode(cause) === "ERR_BUFFER_TOO_LARGE") throw damaged(file, "it holds more than 1 GiB");
    throw damaged(file, "it is not a complete gzip file", cause);
  }
  const entries: TarEntry[] = [];
  let longPath: string | undefined;
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (!checksumHolds(header)) throw damaged(file, `the header at byte ${at} has a wrong checksum`);
    const size = octal(header, 124, 12);
    const start = at + BLOCK;
    if (!Number.isSafeInteger(size) || start + size > archive.length) throw damaged(file, `it ends inside an entry`);
    const body = archive.subarray(start, start + size);
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "x") longPath = paxPath(body) ?? longPath;
    else if (type === "L") longPath = text(body, 0, body.length);
    else if (type !== "g" && type !== "K") {
      if (type === "0" || type === "\0" || type === "7")
        entries.push({ path: longPath ?? ustarPath(header), bytes: body });
      longPath = undefined;
    }
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return entries;
}

function damaged(file: string, why: string, cause?: unknown): IsoflopError {
  return new IsoflopError({
    code: "corpus-tarball-damaged",
    message: `${file} cannot be unpacked: ${why}.`,
    hint: "Delete the file and fetch it again.",
    cause,
  });
}

function text(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(header: Uint8Array, start: number, length: number): number {
  return Number.parseInt(text(header, start, length).trim() || "0", 8);
}

function ustarPath(header: Uint8Array): string {
  const name = text(header, 0, 100);
  const prefix = text(header, 257, 5) === "ustar" ? text(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

/** Sum of the header's bytes with the checksum field itself read as spaces. */
function checksumHolds(header: Uint8Array): boolean {
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  return sum === octal(header, 148, 8);
}

/** pax records are "<length> <key>=<value>\n", the length in bytes including itself. */
function paxPath(body: Uint8Array): string | undefined {
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(32, at);
    const length = Number(new TextDecoder().decode(body.subarray(at, space)));
    if (space < 0 || !Number.isInteger(length) || length <= 0) return undefined;
    const record = new TextDecoder().decode(body.subarray(space + 1, at + length - 1));
    if (record.startsWith("path=")) return record.slice("path=".length);
    at += length;
  }
  return undefined;
}
