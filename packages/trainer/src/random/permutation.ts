import { keyOf, philox } from "./philox.js";

/**
 * Rounds, and bits of half a position at least: three rounds look random over large halves (Luby & Rackoff 1988); over
 * halves of one or two bits six do not, by a chi-squared test of where neighbours go.
 */
const ROUNDS = 8;
const LEAST_BITS = 3;

/**
 * A random permutation of 0 … length - 1 that is computed element by element and never stored: a balanced Feistel network
 * (round function: Philox at counter (half, round, index, purpose)) over a power of four, walked until it comes back into the
 * range (Black & Rogaway 2002, section 4). Which one depends on the seed, an index such as the epoch, and
 * the purpose.
 */
export function createPermutation(
  length: number,
  seed: number,
  index: number,
  purpose: number,
): (position: number) => number {
  let bits = LEAST_BITS;
  while (4 ** bits < length) bits++;
  const half = 2 ** bits;
  const key = keyOf(seed);
  const words = new Uint32Array(4);
  return (position) => {
    let at = position;
    do {
      let left = Math.floor(at / half);
      let right = at % half;
      for (let round = 0; round < ROUNDS; round++) {
        philox([right, round, index, purpose], key, words);
        [left, right] = [right, left ^ (words[0]! & (half - 1))];
      }
      at = left * half + right;
    } while (at >= length);
    return at;
  };
}
