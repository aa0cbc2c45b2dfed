import { createRandom } from "@isoflop/laws";
import type { Device } from "../devices/device.js";
import { openSession } from "../engine/session.js";
import { tensor } from "../engine/tensor.js";
import { createGraph, input, output, toModel } from "../graph/graph.js";
import { product } from "../graph/product.js";

/** The best speed of a float32 matrix product that was seen. */
export interface MatmulSpeed {
  readonly device: Device;
  readonly threads: number;
  /** 2 n³ over the seconds of the quickest product of n by n matrices. */
  readonly flopsPerSecond: number;
  /** n, where that was. */
  readonly size: number;
}

/** A model's widths fall between these; a graphics card needs larger ones to be busy, a driver in software smaller ones to end. */
const SIZES: Record<"cpu" | "other", readonly number[]> = { cpu: [256, 512, 1024], other: [128, 512, 1024, 2048] };
/** Products of a call: on a graphics card many, or the way of the matrices there and back would be measured. */
const CHAIN: Record<"cpu" | "other", number> = { cpu: 1, other: 16 };

/**
 * Measures a device's attainable matmul FLOP/s: the best of several calls at each of a few sizes, within so many seconds (and
 * no fewer than two calls a size, but no size of which one call would take longer). It is what training's share of the machine
 * is to be compared with.
 */
export async function measureMatmul(device: Device, threads: number, seconds = 2): Promise<MatmulSpeed> {
  const kind = device === "cpu" ? "cpu" : "other";
  let best = { flopsPerSecond: 0, size: 0 };
  let msPerCube = 0;
  for (const size of SIZES[kind]) {
    if (msPerCube * size ** 3 > 1000 * seconds) break;
    const call = await openProducts(device, threads, size, CHAIN[kind]);
    await call();
    const until = performance.now() + (1000 * seconds) / SIZES[kind].length;
    let least = Number.POSITIVE_INFINITY;
    do {
      const began = performance.now();
      await call();
      least = Math.min(least, performance.now() - began);
    } while (performance.now() < until);
    msPerCube = least / size ** 3;
    const flopsPerSecond = (2 * size ** 3 * CHAIN[kind]) / (least / 1000);
    if (flopsPerSecond > best.flopsPerSecond) best = { flopsPerSecond, size };
  }
  return { device, threads, ...best };
}

/** a b b … b with elements of variance 1/n in b, so that no product overflows or fades. */
async function openProducts(
  device: Device,
  threads: number,
  size: number,
  chain: number,
): Promise<() => Promise<void>> {
  const g = createGraph("float32");
  const [a, b] = [input(g, "a", g.float, [size, size]), input(g, "b", g.float, [size, size])];
  let last = a;
  for (let i = 0; i < chain; i++) last = product(g, last, b);
  output(g, "y", last);
  const session = await openSession(toModel(g), threads, device);
  const { normal } = createRandom(1);
  // A few distinct rows are enough: speed does not depend on what the numbers are.
  const row = Float32Array.from({ length: 4096 }, () => normal() / Math.sqrt(size));
  const matrix = (factor: number) => Float32Array.from({ length: size * size }, (_, i) => factor * row[i % 4093]!);
  const square = (data: Float32Array) => tensor("float32", data, [size, size]);
  const feeds = { a: square(matrix(Math.sqrt(size))), b: square(matrix(1)) };
  const fetches = { y: square(new Float32Array(size * size)) };
  return async () => {
    await session.run(feeds, fetches);
  };
}
