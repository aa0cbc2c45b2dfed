import {
  asBytes,
  asDouble,
  asFloat,
  asInteger,
  innerFields,
  type WireField,
  wireFields,
} from "@isoflop/trainer/tracking";

// DataType of tensorflow/core/framework/types.proto: those that a scalar may have.
const [FLOAT, DOUBLE, INT32, INT64, BFLOAT16, HALF] = [1, 2, 3, 9, 14, 19];

/** The one number of a TensorProto (tensorflow/core/framework/tensor.proto); undefined if it is none, or several. */
export function scalarOfTensor(message: Uint8Array): number | undefined {
  let [type, count] = [0, 1];
  let content: Uint8Array | undefined;
  let listed: number | undefined;
  for (const field of wireFields(message)) {
    const { number } = field;
    if (number === 1) type = asInteger(field);
    else if (number === 2) count = elements(field);
    else if (number === 4) content = asBytes(field);
    else if (number === 5) listed = asFloat(first(field, 4));
    else if (number === 6) listed = asDouble(first(field, 8));
    else if (number === 7 || number === 10) listed = asInteger(firstVarint(field));
    else if (number === 13) listed = sixteenBits(type, asInteger(firstVarint(field)));
  }
  if (count !== 1) return undefined;
  if (content === undefined || content.length === 0) return listed;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const width = type === DOUBLE || type === INT64 ? 8 : type === HALF || type === BFLOAT16 ? 2 : 4;
  if (content.length !== width) return undefined;
  if (type === FLOAT) return view.getFloat32(0, true);
  if (type === DOUBLE) return view.getFloat64(0, true);
  if (type === INT32) return view.getInt32(0, true);
  if (type === INT64) return Number(view.getBigInt64(0, true));
  return sixteenBits(type, view.getUint16(0, true));
}

/** Product of the dimensions: TensorShapeProto holds Dim messages (field 2), each with a size (field 1). */
function elements(shape: WireField): number {
  let count = 1;
  for (const dimension of innerFields(shape)) {
    if (dimension.number !== 2) continue;
    let size = 0;
    for (const field of innerFields(dimension)) if (field.number === 1) size = asInteger(field);
    count *= size;
  }
  return count;
}

type Bits = Pick<WireField, "low" | "high">;

// Repeated numbers are packed into one field, or one field each.
function first(field: WireField, width: 4 | 8): Bits {
  const { message, from, to } = field;
  if (to - from < width) return field;
  return { low: message.readUInt32LE(from), high: width === 8 ? message.readUInt32LE(from + 4) : 0 };
}

function firstVarint(field: WireField): Bits {
  const { message, from, to } = field;
  if (from === to) return field;
  let value = 0n;
  for (let at = from; at < to; at++) {
    value |= BigInt(message[at]! & 0x7f) << BigInt(7 * (at - from));
    if (message[at]! < 0x80) break;
  }
  return { low: Number(BigInt.asUintN(32, value)), high: Number(BigInt.asUintN(32, value >> 32n)) };
}

function sixteenBits(type: number, bits: number): number | undefined {
  if (type === BFLOAT16) return asFloat({ low: bits << 16 });
  if (type !== HALF) return undefined;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
