import type { RunSpec } from "../contract/runSpec.js";
import type { Hyperparameter } from "./tensorboard/event.js";

/**
 * What a tracker is told of a run: run.json as names with dots and plain values (shape.layers, optimizer.learningRate, …), without
 * where files lie and without what is about the software. packages/lab/mappings/isoflop.json reads N, D and C from it.
 */
export function runSettings({ versions: _, choices: __, logging: ___, tasks, data, ...rest }: RunSpec) {
  const { folder: ____, ...corpus } = data;
  const values: Record<string, Hyperparameter> = {};
  const add = (path: string, value: unknown): void => {
    if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") values[path] = value;
    else if (typeof value === "object" && value !== null) {
      for (const [name, inner] of Object.entries(value)) add(path === "" ? name : `${path}.${name}`, inner);
    }
  };
  add("", { ...rest, data: corpus, tasks: tasks.map(({ name }) => name) });
  return values;
}
