import { bindNormals } from "./normalKernel.js";
import { keyOf, PURPOSE } from "./philox.js";

/** Elements made at a time: a page of memory, which the processor's cache holds. */
const BLOCK = 16_384;

let kernel:
  | { readonly block: Float32Array; readonly functions: ReturnType<typeof bindNormals>["functions"] }
  | undefined;

function boundKernel() {
  const { buffer, functions } = bindNormals(4 * BLOCK);
  return { block: new Float32Array(buffer, 0, BLOCK), functions };
}

/**
 * Fills `out` with normal deviates of mean 0: element i of stream s under a seed is the same wherever it is computed. Words
 * (w0, w1) and (w2, w3) of Philox at counter (floor(i / 4), 0, s, purpose) give two pairs by Box & Muller 1958, with u1 =
 * (w0 + 1/2) / 2^32 and u2 = w1 / 2^32: r cos and r sin, in double precision, rounded once.
 * @param out at most 2^34 elements
 */
export function fillNormal(out: Float32Array, deviation: number, seed: number, stream: number): void {
  kernel ??= boundKernel();
  const { block, functions } = kernel;
  const [key0, key1] = keyOf(seed);
  for (let start = 0; start < out.length; start += BLOCK) {
    const count = Math.min(BLOCK, out.length - start);
    // In whole turns of the kernel, 16 elements of 4 bytes.
    const bytes = 64 * Math.ceil(count / 16);
    functions.words(0, bytes, start / 4, stream, PURPOSE.parameters, key0, key1);
    functions.normals(0, bytes, deviation);
    out.set(count === BLOCK ? block : block.subarray(0, count), start);
  }
}
