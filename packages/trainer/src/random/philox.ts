/** High 32 bits of the product of two unsigned 32-bit numbers, by halves: a double holds no more than 53 bits. */
function highProduct(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (other >>> 16);
}

export const ROUNDS = 10;
/** What a round multiplies words by, and adds to the key. */
export const FACTORS = [0xd2511f53, 0xcd9e8d57] as const;
export const WEYL = [0x9e3779b9, 0xbb67ae85] as const;

/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3", section 3.3): four random 32-bit words
 * as a function of a counter (4 words) and a key (2 words). What depends on an index alone needs no stream that is run up
 * to it: every rank of a cluster, and every other trainer, makes its own part of the same numbers.
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
): void {
  let [a, b, c, d] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = highProduct(a >>> 0, 0xd2511f53);
    const high1 = highProduct(c >>> 0, 0xcd9e8d57);
    const low0 = Math.imul(a, 0xd2511f53);
    const low1 = Math.imul(c, 0xcd9e8d57);
    a = high1 ^ b ^ k0;
    b = low1;
    c = high0 ^ d ^ k1;
    d = low0;
    k0 = (k0 + 0x9e3779b9) | 0;
    k1 = (k1 + 0xbb67ae85) | 0;
  }
  out[0] = a;
  out[1] = b;
  out[2] = c;
  out[3] = d;
}

/** A seed (a whole number from 0 to 2^53 - 1) as a key. */
export const keyOf = (seed: number): [number, number] => [seed >>> 0, Math.floor(seed / 4294967296) >>> 0];

/** Third word of the counter's top half: what the numbers are for, so that no two uses share a stream. */
export const PURPOSE = { parameters: 0, order: 1, subset: 2 } as const;
