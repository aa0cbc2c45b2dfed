/** A stream of pseudo-random numbers. The same seed gives the same stream on every platform. */
export interface Random {
  /** Uniform on [0, 1), 32 bits of resolution. */
  uniform(): number;
  /** Uniform integer on [0, n), for 0 < n <= 2^32. */
  integer(n: number): number;
  /** Standard normal deviate. */
  normal(): number;
  /** Where there is one: the same draws as integer's, counted in one loop. */
  tally?(n: number, draws: number, counts: Float64Array): void;
}

/** Adds to counts[i] how often i comes up in so many draws of random.integer(n). */
export function countDraws(random: Random, n: number, draws: number, counts: Float64Array): void {
  if (random.tally) {
    random.tally(n, draws, counts);
    return;
  }
  for (let k = 0; k < draws; k++) {
    const drawn = random.integer(n);
    counts[drawn] = counts[drawn]! + 1;
  }
}

/** splitmix32: spreads one 32-bit seed over the generator's state, so that near seeds give unrelated streams. */
function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
}

/**
 * xoshiro128** (Blackman & Vigna 2021), 32-bit arithmetic only, so that it is exact in JavaScript.
 * `seed` is any finite number; its integer part counts, both the low and the high 32 bits.
 */
export function createRandom(seed: number): Random {
  const low = splitmix32(seed >>> 0);
  const high = splitmix32(Math.floor(seed / 4294967296) >>> 0);
  let s0 = low();
  let s1 = low();
  let s2 = low() ^ high();
  let s3 = (low() ^ high()) | 1; // The all-zero state is the one forbidden state.
  let spare: number | undefined;

  const next = (): number => {
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s1 << 9;
    s2 ^= s0;
    s3 ^= s1;
    s1 ^= s2;
    s0 ^= s3;
    s2 ^= t;
    s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  };
  const uniform = (): number => next() / 4294967296;

  return {
    uniform,
    integer: (n) => Math.floor(uniform() * n),
    tally: (n, draws, counts) => {
      // As `next`, with its state in local variables: a third of the time.
      let [a, b, c, d] = [s0, s1, s2, s3];
      for (let k = 0; k < draws; k++) {
        const product = Math.imul(b, 5);
        const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
        const t = b << 9;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = (d << 11) | (d >>> 21);
        const drawn = Math.floor((result / 4294967296) * n);
        counts[drawn] = counts[drawn]! + 1;
      }
      [s0, s1, s2, s3] = [a, b, c, d];
    },
    normal: () => {
      if (spare !== undefined) {
        const value = spare;
        spare = undefined;
        return value;
      }
      // Marsaglia's polar method.
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s > 0 && s < 1) {
          const factor = Math.sqrt((-2 * Math.log(s)) / s);
          spare = v * factor;
          return u * factor;
        }
      }
    },
  };
}
