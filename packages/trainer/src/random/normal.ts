import { keyOf, PURPOSE, philox } from "./philox.js";

/**
 * Fills `out` with normal deviates of mean 0: element i of stream s under a seed is the same wherever it is computed. Words
 * (w0, w1) and (w2, w3) of Philox at counter (floor(i / 4), 0, s, purpose) give two pairs by Box & Muller 1958, with u1 =
 * (w0 + 1/2) / 2^32 and u2 = w1 / 2^32: r cos and r sin, in double precision, rounded once.
 * @param out at most 2^34 elements
 */
export function fillNormal(out: Float32Array, deviation: number, seed: number, stream: number): void {
  const key = keyOf(seed);
  const words = new Uint32Array(4);
  for (let i = 0; i < out.length; i += 4) {
    philox([i / 4, 0, stream, PURPOSE.parameters], key, words);
    for (let pair = 0; pair < 4; pair += 2) {
      const radius = deviation * Math.sqrt(-2 * Math.log((words[pair]! + 0.5) / 4294967296));
      const angle = (2 * Math.PI * words[pair + 1]!) / 4294967296;
      // Beyond the end of a typed array nothing is written.
      out[i + pair] = radius * Math.cos(angle);
      out[i + pair + 1] = radius * Math.sin(angle);
    }
  }
}
