import { elementCount } from "../onnx/tensorType.js";
import { fillNormal } from "../random/normal.js";
import type { ParameterGroup } from "./parameters.js";

/**
 * Fresh parameters, one flat buffer a group, in buffers that are there or new ones; each tensor, in the order of all groups,
 * draws from a stream of its own.
 */
export function initialParameters(
  groups: readonly ParameterGroup[],
  seed: number,
  buffers: readonly Float32Array[] = groups.map(({ size }) => new Float32Array(size)),
): readonly Float32Array[] {
  let stream = 0;
  groups.forEach((group, i) => {
    const flat = buffers[i]!;
    let offset = 0;
    for (const { shape, initialisation } of group.tensors) {
      const tensor = flat.subarray(offset, offset + elementCount(shape));
      if (initialisation.kind === "constant") tensor.fill(initialisation.value);
      else fillNormal(tensor, initialisation.deviation, seed, stream);
      stream++;
      offset += tensor.length;
    }
  });
  return buffers;
}
