import { createRandom } from "@isoflop/laws";
import { elementCount } from "../onnx/tensorType.js";
import type { ParameterGroup } from "./parameters.js";

/** Fresh parameters, one flat buffer a group; each tensor draws from a stream of its own. */
export function initialParameters(groups: readonly ParameterGroup[], seed: number): Float32Array[] {
  let stream = 0;
  return groups.map((group) => {
    const flat = new Float32Array(group.size);
    let offset = 0;
    for (const { shape, initialisation } of group.tensors) {
      const end = offset + elementCount(shape);
      const { normal } = createRandom(Math.imul(seed + 1, 0x85ebca6b) ^ stream++);
      if (initialisation.kind === "ones") flat.fill(1, offset, end);
      else for (let i = offset; i < end; i++) flat[i] = normal() * initialisation.deviation;
      offset = end;
    }
    return flat;
  });
}
