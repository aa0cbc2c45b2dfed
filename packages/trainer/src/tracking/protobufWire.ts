/** One field of a message in the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding). */
export interface WireField {
  readonly number: number;
  /** Of varint, fixed 64 and fixed 32 fields: the raw bits. */
  readonly bits: bigint;
  /** Of length-delimited fields. */
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array();

/** The fields of a message in their order. A message that is cut or no message is an error. */
export function* wireFields(message: Uint8Array): Generator<WireField, void, undefined> {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = view.getUint8(at++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
      shift += 7n;
      if (shift > 63n) throw new RangeError("a varint of more than ten bytes");
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const number = Math.floor(key / 8);
    switch (key % 8) {
      case 0:
        yield { number, bits: varint(), bytes: EMPTY };
        break;
      case 1:
        yield { number, bits: view.getBigUint64(at, true), bytes: EMPTY };
        at += 8;
        break;
      case 2: {
        const length = Number(varint());
        if (at + length > message.length) throw new RangeError("a field beyond the end of its message");
        yield { number, bits: 0n, bytes: message.subarray(at, at + length) };
        at += length;
        break;
      }
      case 5:
        yield { number, bits: BigInt(view.getUint32(at, true)), bytes: EMPTY };
        at += 4;
        break;
      default:
        throw new RangeError(`a field of wire type ${key % 8}`);
    }
  }
}

const bits = new DataView(new ArrayBuffer(8));

export function asDouble(value: bigint): number {
  bits.setBigUint64(0, value);
  return bits.getFloat64(0);
}

export function asFloat(value: bigint): number {
  bits.setUint32(0, Number(value));
  return bits.getFloat32(0);
}

export const asInteger = (value: bigint): number => Number(BigInt.asIntN(64, value));

const decoder = new TextDecoder();
export const asText = (bytes: Uint8Array): string => decoder.decode(bytes);
