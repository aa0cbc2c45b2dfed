import { availableParallelism, totalmem } from "node:os";
import { countParameters } from "@isoflop/laws";
import { type RunSpec, trainingMemory } from "@isoflop/trainer";
import { resolveParametrisation } from "./hyperparameters.js";
import { noiseParts } from "./noiseParts.js";
import type { Study } from "./schema.js";

/**
 * Part of the machine's memory that the runs at work may fill together, as computed. Measured, a process takes up to 1.4
 * times what was computed for it (dev/LOG.md).
 */
const SHARE = 0.7;

/** Runs of a study that train at a time; on a cluster that says no number, all of them. */
export function workersOf({ executor }: Study): number {
  if (executor.kind === "slurm") return (executor.concurrency ?? Number.POSITIVE_INFINITY) * executor.atOnce;
  const { workers, threads } = executor;
  return workers === "auto" ? Math.max(1, Math.floor(availableParallelism() / threads)) : workers;
}

/**
 * Bytes that each of the runs at work may take, of the machine or of the container that holds it; on a cluster, of what one task asks
 * for, or of such a machine as this where it asks for nothing.
 */
export function memoryOfRun(study: Study, machineBytes: number = machineMemory()): number {
  const { executor } = study;
  if (executor.kind === "local") return (SHARE * machineBytes) / workersOf(study);
  const task = executor.memory === undefined ? machineBytes : slurmBytes(executor.memory);
  return (SHARE * task) / executor.atOnce;
}

/** "16G" as sbatch reads it: binary units, megabytes where there is none. */
function slurmBytes(text: string): number {
  const power = "KMGT".indexOf(/[KMGT]$/.exec(text)?.[0] ?? "M") + 1;
  return Number.parseInt(text, 10) * 1024 ** power;
}

function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/**
 * Whether a run of a shape fits into its share of the memory with so many sequences at a time. A trainer of the user's own
 * runs on a machine that is not known: there everything fits.
 */
export function memoryTest(
  shape: RunSpec["shape"],
  study: Study,
  share: number = memoryOfRun(study),
): (batch: RunSpec["batch"]) => boolean {
  if (study.trainer !== "builtin") return () => true;
  const parametrisation = resolveParametrisation(study.hyperparameters);
  const { gradientNoise: asked } = study.evaluation;
  return (batch) => {
    if (amplyBelow(shape, batch.microSequences, share)) return true;
    const gradientNoise = noiseParts(asked, batch.sequences, "the run");
    const runtime = { device: study.executor.device };
    const spec = { shape, parametrisation, batch, runtime, ...(gradientNoise === undefined ? {} : { gradientNoise }) };
    return trainingMemory(spec).total <= share;
  };
}

/**
 * Spares small models the building of their graphs: a hundred numbers a token and unit of width are more than any needs, and
 * validation takes sixteen sequences at a time where that is no more than a step does.
 */
function amplyBelow(shape: RunSpec["shape"], sequences: number, share: number): boolean {
  const { layers, width, heads, headWidth, feedForward, context, vocabulary } = shape;
  const perLayer = 100 * Math.max(width, heads * headWidth, feedForward) + 10 * heads * context;
  const parameters = countParameters(shape).total;
  return 3e8 + 24 * parameters + 4 * (sequences + 16) * context * (layers * perLayer + 10 * vocabulary) <= share;
}
