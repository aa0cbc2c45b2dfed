import { asDouble, asFloat, asInteger, wireFields } from "@isoflop/trainer/tracking";

// DataType of tensorflow/core/framework/types.proto: those that a scalar may have.
const [FLOAT, DOUBLE, INT32, INT64, BFLOAT16, HALF] = [1, 2, 3, 9, 14, 19];

/** The one number of a TensorProto (tensorflow/core/framework/tensor.proto); undefined if it is none, or several. */
export function scalarOfTensor(message: Uint8Array): number | undefined {
  let [type, count] = [0, 1];
  let content: Uint8Array | undefined;
  let listed: number | undefined;
  for (const { number, bits, bytes } of wireFields(message)) {
    if (number === 1) type = Number(bits);
    else if (number === 2) count = elements(bytes);
    else if (number === 4) content = bytes;
    else if (number === 5) listed = asFloat(first32(bytes, bits));
    else if (number === 6) listed = asDouble(first64(bytes, bits));
    else if (number === 7 || number === 10) listed = asInteger(firstVarint(bytes, bits));
    else if (number === 13) listed = sixteenBits(type, Number(firstVarint(bytes, bits)));
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
function elements(shape: Uint8Array): number {
  let count = 1;
  for (const dimension of wireFields(shape)) {
    if (dimension.number !== 2) continue;
    let size = 0;
    for (const { number, bits } of wireFields(dimension.bytes)) if (number === 1) size = asInteger(bits);
    count *= size;
  }
  return count;
}

// Repeated numbers are packed into one field, or one field each.
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const first32 = (bytes: Uint8Array, bits: bigint) =>
  bytes.length >= 4 ? BigInt(viewOf(bytes).getUint32(0, true)) : bits;
const first64 = (bytes: Uint8Array, bits: bigint) => (bytes.length >= 8 ? viewOf(bytes).getBigUint64(0, true) : bits);
function firstVarint(bytes: Uint8Array, bits: bigint): bigint {
  let value = bits;
  for (const [i, byte] of bytes.entries()) {
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) break;
  }
  return value;
}

function sixteenBits(type: number, bits: number): number | undefined {
  if (type === BFLOAT16) return asFloat(BigInt(bits) << 16n);
  if (type !== HALF) return undefined;
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
