import type { CountedRecord } from "@isoflop/laws/observations";

/** Parameters of the embeddings by those of the rest, N: coefficient N^exponent, as a family of shapes has them. */
export interface Embeddings {
  readonly coefficient: number;
  readonly exponent: number;
}

/**
 * The embeddings of a family of shapes, by the regression of ln embeddings on ln N that gave Pearce & Song 2024 theirs for the shapes of
 * Kaplan et al. 2020. Undefined where not every run is known by both counts, or all have one size.
 */
export function embeddingsOf(records: readonly CountedRecord[]): Embeddings | undefined {
  const sizes = new Map<number, number>();
  for (const { counts } of records) {
    const { total, nonEmbedding } = counts ?? {};
    if (total === undefined || nonEmbedding === undefined || total <= nonEmbedding) return undefined;
    sizes.set(Math.log(nonEmbedding), Math.log(total - nonEmbedding));
  }
  const points = [...sizes];
  if (points.length < 2) return undefined;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(points.map(([size]) => size)), mean(points.map(([, embedding]) => embedding))];
  const exponent =
    mean(points.map(([size, embedding]) => (size - x) * (embedding - y))) /
    mean(points.map(([size]) => (size - x) ** 2));
  return { coefficient: Math.exp(y - exponent * x), exponent };
}
