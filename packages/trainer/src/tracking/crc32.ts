/** A cyclic redundancy check of 32 bits, reflected, by its reflected polynomial. zlib.crc32 came with Node 20.15 only, and knows one. */
function reflectedCrc(polynomial: number): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let rest = byte;
    for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ polynomial : rest >>> 1;
    return rest;
  });
  return (bytes) => {
    let rest = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) rest = (rest >>> 8) ^ table[(rest ^ bytes[i]!) & 0xff]!;
    return (rest ^ 0xffffffff) >>> 0;
  };
}

/** CRC-32 as in zlib (IEEE 802.3). */
export const crc32 = reflectedCrc(0xedb88320);

/** CRC-32C (Castagnoli: RFC 3720, appendix B.4). */
export const crc32c = reflectedCrc(0x82f63b78);
