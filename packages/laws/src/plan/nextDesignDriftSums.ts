import { AXES, type Place } from "./nextDesignDrift.js";
import { SIZE } from "./nextDesignLaw.js";

/**
 * For a place: the sum over the runs of their drift's covariance with it, times their gradients. By sums along each half-axis
 * from the target, so that many runs cost no more than their sorting.
 */
export function driftSums(
  places: readonly Place[],
  gradients: readonly Float64Array[],
  at: Place,
): (p: Place) => Float64Array {
  const axes = AXES.flatMap((axis) =>
    [1, -1].map((side) => {
      const on = places
        .map((place, i) => ({ distance: side * (place[axis] - at[axis]), g: gradients[i]! }))
        .filter(({ distance }) => distance > 0)
        .sort((p, q) => p.distance - q.distance);
      // Sums of distance * g over the nearer ones, and of g over the farther ones.
      const near = [new Float64Array(SIZE)];
      for (const { distance, g } of on) near.push(near.at(-1)!.map((v, k) => v + distance * g[k]!));
      const far = [new Float64Array(SIZE)];
      for (const { g } of [...on].reverse()) far.push(far.at(-1)!.map((v, k) => v + g[k]!));
      far.reverse();
      return { axis, side, distances: on.map(({ distance }) => distance), near, far };
    }),
  );
  return (p) => {
    const sum = new Float64Array(SIZE);
    for (const { axis, side, distances, near, far } of axes) {
      const distance = side * (p[axis] - at[axis]);
      if (!(distance > 0)) continue;
      const nearer = countBelow(distances, distance);
      for (let k = 0; k < SIZE; k++) sum[k] = sum[k]! + near[nearer]![k]! + distance * far[nearer]![k]!;
    }
    return sum;
  };
}

/** How many of an ascending list are at most a value. */
function countBelow(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
