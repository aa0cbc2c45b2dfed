import { elementCount } from "../onnx/tensorType.js";
import { fillNormal } from "../random/normal.js";
import type { ParameterGroup } from "./parameters.js";

/** Fresh parameters, one flat buffer a group; each tensor, in the order of all groups, draws from a stream of its own. */
export function initialParameters(groups: readonly ParameterGroup[], seed: number): Float32Array[] {
  let stream = 0;
  return groups.map((group) => {
    const flat = new Float32Array(group.size);
    let offset = 0;
    for (const { shape, initialisation } of group.tensors) {
      const tensor = flat.subarray(offset, offset + elementCount(shape));
      if (initialisation.kind === "constant") tensor.fill(initialisation.value);
      else fillNormal(tensor, initialisation.deviation, seed, stream);
      stream++;
      offset += tensor.length;
    }
    return flat;
  });
}
