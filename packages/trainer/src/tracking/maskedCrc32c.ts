import { crc32c } from "./crc32.js";

/** As TFRecord files hold it (tensorflow/core/lib/hash/crc32c.h): turned by 15 bits, plus a constant. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
