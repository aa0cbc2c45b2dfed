import { availableParallelism, totalmem } from "node:os";
import { ENGINE_MEMORY, type RunSpec, trainingMemory } from "@isoflop/trainer";
import type { Study } from "./schema.js";

/** Part of the machine's memory that the runs at work may fill together; the rest is the system's and its caches'. */
const SHARE = 0.7;

/** Runs of a study that train at a time. */
export function workersOf({ executor: { workers, threads } }: Study): number {
  return workers === "auto" ? Math.max(1, Math.floor(availableParallelism() / threads)) : workers;
}

/** Bytes that each of the runs at work may take, of the machine or of the container that holds it. */
export function memoryOfRun(study: Study, machineBytes: number = machineMemory()): number {
  return (SHARE * machineBytes) / workersOf(study);
}

function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * The most sequences whose gradients fit into a run's share of the memory at a time, at least one; for a trainer of the
 * user's own, on a machine that is not known, as many as there are.
 */
export function sequencesInMemory(shape: RunSpec["shape"], study: Study, share: number = memoryOfRun(study)): number {
  if (study.trainer !== "builtin") return Number.POSITIVE_INFINITY;
  const one = trainingMemory(shape, { sequences: 2, microSequences: 1 });
  const fixed = ENGINE_MEMORY.fixed + one.state + one.gradients;
  return Math.max(1, Math.floor((share - fixed) / (ENGINE_MEMORY.perActivationByte * one.activations)));
}
