/** What a run.json says that is worth a line. */
export interface ShortSpec {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly context: number;
  readonly sequences: number;
  readonly learningRate: number;
  readonly seed: number;
}

/** Undefined where it is no run.json: a file may have been edited by anyone. */
export function shortSpec(spec: unknown): ShortSpec | undefined {
  const of = (...path: string[]): number => {
    let value: unknown = spec;
    for (const name of path) {
      if (typeof value !== "object" || value === null) return Number.NaN;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return typeof value === "number" ? value : Number.NaN;
  };
  const found = {
    width: of("shape", "width"),
    layers: of("shape", "layers"),
    heads: of("shape", "heads"),
    context: of("shape", "context"),
    sequences: of("batch", "sequences"),
    learningRate: of("optimizer", "learningRate"),
    seed: of("seed"),
  };
  return Object.values(found).some(Number.isNaN) ? undefined : found;
}
