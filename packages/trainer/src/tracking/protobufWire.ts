/** One field of a message in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding). */
export interface WireField {
  readonly number: number;
  /** Of varint, fixed 64 and fixed 32 fields: the raw bits, 32 each. */
  readonly low: number;
  readonly high: number;
  /** Of length-delimited fields: where they lie in `message`. Nothing is copied. */
  readonly message: Buffer;
  readonly from: number;
  readonly to: number;
}

/** The fields of a message in their order. A message that is cut or no message is an error. */
export function wireFields(message: Uint8Array): Generator<WireField, void, undefined> {
  const bytes = Buffer.isBuffer(message)
    ? message
    : Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return fieldsIn(bytes, 0, bytes.length);
}

/** The fields of the message that a field holds. */
export const innerFields = ({ message, from, to }: WireField): Generator<WireField, void, undefined> =>
  fieldsIn(message, from, to);

function* fieldsIn(message: Buffer, start: number, end: number): Generator<WireField, void, undefined> {
  let at = start;
  let low = 0;
  let high = 0;
  const varint = (): void => {
    low = 0;
    high = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end) throw beyond();
      const byte = message[at++]!;
      const seven = byte & 0x7f;
      if (shift < 32) low |= seven << shift;
      if (shift === 28) high = seven >>> 4;
      else if (shift > 28) high |= seven << (shift - 32);
      if (byte < 0x80) break;
      if (shift === 63) throw new RangeError("a varint of more than ten bytes");
    }
    low >>>= 0;
    high >>>= 0;
  };
  while (at < end) {
    varint();
    const number = high * 2 ** 29 + (low >>> 3);
    const type = low & 7;
    if (type === 0) {
      varint();
      yield { number, low, high, message, from: at, to: at };
    } else if (type === 1 || type === 5) {
      const width = type === 1 ? 8 : 4;
      if (at + width > end) throw beyond();
      low = message.readUInt32LE(at);
      high = type === 1 ? message.readUInt32LE(at + 4) : 0;
      yield { number, low, high, message, from: at, to: at };
      at += width;
    } else if (type === 2) {
      varint();
      const length = high * 2 ** 32 + low;
      if (at + length > end) throw beyond();
      yield { number, low: 0, high: 0, message, from: at, to: at + length };
      at += length;
    } else throw new RangeError(`a field of wire type ${type}`);
  }
}

const beyond = () => new RangeError("a field beyond the end of its message");

const words = new Uint32Array(2);
const double = new Float64Array(words.buffer);
const float = new Float32Array(words.buffer);
/** Whether this machine has the low word of a double first. */
const lowFirst = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1;

type Bits = Pick<WireField, "low" | "high">;

export function asDouble({ low, high }: Bits): number {
  words[lowFirst ? 0 : 1] = low;
  words[lowFirst ? 1 : 0] = high;
  return double[0]!;
}

export function asFloat({ low }: Pick<WireField, "low">): number {
  words[0] = low;
  return float[0]!;
}

/** Two's complement of 64 bits. */
export const asInteger = ({ low, high }: Bits): number => (high | 0) * 2 ** 32 + low;

export const isTrue = ({ low, high }: Bits): boolean => low !== 0 || high !== 0;

export const asText = ({ message, from, to }: WireField): string => message.toString("utf8", from, to);

export const asBytes = ({ message, from, to }: WireField): Buffer => message.subarray(from, to);
