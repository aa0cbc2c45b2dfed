/** Parameters of the embeddings per cube root of the others, over the shapes of Kaplan et al. 2020. */
const OMEGA = 47491;

/**
 * All parameters of a model of N without embeddings, for the shapes that Kaplan et al. 2020 trained: Pearce & Song 2024
 * (arXiv:2406.12907), N_total = N + 47491 N^(1/3). For shapes that are known, count (model/parameters.ts).
 */
export function totalParameters(nonEmbedding: number): number {
  return nonEmbedding + OMEGA * Math.cbrt(nonEmbedding);
}

/**
 * The inverse of totalParameters. With u = N^(1/3) it is the cubic u^3 + omega u = N_total, whose one real root is 2
 * sqrt(omega / 3) sinh(asinh(3 N_total / (2 omega) sqrt(3 / omega)) / 3).
 */
export function nonEmbeddingParameters(total: number): number {
  const root = Math.sqrt(OMEGA / 3);
  return (2 * root * Math.sinh(Math.asinh((1.5 * total) / (OMEGA * root)) / 3)) ** 3;
}
