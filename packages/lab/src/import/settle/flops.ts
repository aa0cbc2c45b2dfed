import type { Mapping } from "../mapping/schema.js";
import { type Candidate, lastStep, loggedAt, positive, shareOfSteps } from "./candidate.js";
import type { Counting } from "./counting.js";
import type { Series } from "./series.js";
import type { Settings } from "./settings.js";
import type { countShape } from "./shape.js";

/** C at a step (undefined: at the end) as it was given or logged, by every account of it, the best first. */
export function loggedFlops(
  given: Candidate | undefined,
  { numbers }: Settings,
  series: ReadonlyMap<string, Series>,
  mapping: Mapping,
  step: number | undefined,
): Candidate[] {
  const end = lastStep(series);
  return [
    given,
    loggedAt(mapping.series.flops, series, step ?? end),
    ...numbers("flops").map(({ value, key }) => ({ value: value * shareOfSteps(step, end), from: key })),
  ]
    .filter((candidate) => candidate !== undefined)
    .filter(positive);
}

/** C by the counting; or why it cannot be had. */
export function flopsBy(
  counting: Counting,
  N: Candidate,
  D: Candidate,
  shape: ReturnType<typeof countShape>["counted"],
  logged: Candidate | undefined,
): Candidate | { readonly reason: string } {
  if (counting === "logged") return logged ?? { reason: "C was not logged, and --counting logged wants it so" };
  if (counting === "kaplan" || counting === "hoffmann") {
    const perToken = shape?.[counting];
    if (perToken !== undefined) return { value: perToken * D.value, from: `${counting}, counted from ${shape!.from}` };
    return { reason: `C by --counting ${counting} needs the whole shape, which the settings do not give` };
  }
  return { value: 6 * N.value * D.value, from: "6ND" };
}

/** C as the program says that it counts it; undefined where the shape is not known well enough to tell. */
export function statedFlops(
  { counted }: Mapping,
  shape: ReturnType<typeof countShape>["counted"],
  tokens: number,
): number | undefined {
  if (shape === undefined || counted?.flops === undefined) return undefined;
  const perToken = {
    "6N": shape.total === undefined ? undefined : 6 * shape.total,
    "6N-non-embedding": 6 * shape.nonEmbedding,
    "6N-with-head": 6 * shape.withHead,
    kaplan: shape.kaplan,
    hoffmann: shape.hoffmann,
  }[counted.flops];
  return perToken === undefined ? undefined : perToken * tokens;
}
