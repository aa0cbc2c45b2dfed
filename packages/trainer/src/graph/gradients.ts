import { plus } from "./arithmetic.js";
import { type Graph, unit, type Value } from "./graph.js";

/**
 * Gradients of a scalar with respect to some values, by walking the tape backwards (reverse-mode differentiation).
 * Where a value is used more than once its contributions are added, in tape order, so that the result is deterministic.
 * Throws where a value does not influence the scalar: a parameter without a gradient is a mistake in the model.
 */
export function gradients(g: Graph, loss: Value, withRespectTo: readonly Value[]): Value[] {
  if (loss.shape.length !== 0) throw new Error(`gradients: the loss has shape [${loss.shape}], not a scalar`);
  const flowing = new Map<string, Value>([[loss.name, unit(g)]]);
  for (const { inputs, outputs, pullBack } of [...g.tape].reverse()) {
    const outputGradients = outputs.map((value) => flowing.get(value.name));
    if (outputGradients.every((gradient) => gradient === undefined)) continue;
    pullBack(outputGradients).forEach((gradient, i) => {
      if (!gradient) return;
      const name = inputs[i]!.name;
      const earlier = flowing.get(name);
      flowing.set(name, earlier ? plus(g, earlier, gradient) : gradient);
    });
  }
  return withRespectTo.map((value) => {
    const gradient = flowing.get(value.name);
    if (!gradient) throw new Error(`gradients: no gradient reaches ${value.name}`);
    return gradient;
  });
}
