/** The value at a compute between points, straight on log-log paper; undefined outside them. Flops ascending. */
export function atCompute<Point extends { readonly flops: number }>(
  points: readonly Point[],
  flops: number,
  value: (point: Point) => number,
): number | undefined {
  const right = points.findIndex((point) => point.flops >= flops);
  const above = points[right];
  const below = points[right - 1];
  if (!above) return undefined;
  if (!below) return above.flops === flops ? value(above) : undefined;
  const share = Math.log(flops / below.flops) / Math.log(above.flops / below.flops);
  return value(below) * (value(above) / value(below)) ** share;
}
