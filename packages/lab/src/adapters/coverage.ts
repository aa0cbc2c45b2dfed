import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { FieldValue } from "./adapter.js";
import { fieldsOf } from "./template.js";

/** What the user says of the trainer beyond its command. */
export interface Declared {
  /** Fields that the trainer has settled, as the user says it settles them: refused where run.json wants another value. */
  readonly fixed: ReadonlyMap<string, string>;
  /** Fields, or families of them, in which the runs may differ from run.json. */
  readonly accepted: readonly string[];
}

/** Fields that determine what a run computes. A family stands for all that run.json has of it. */
const DETERMINING = [
  "shape",
  "steps",
  "batch.tokens",
  "schedule",
  "optimizer",
  "parametrisation.kind",
  "seed",
  "data.folder",
  "data.uniqueSequences",
  "evaluation.sequences",
  "evaluation.earlyStopping",
  "gradientNoise",
  "tasks",
  "runtime.device",
  "runtime.precision",
];

const isOf = (field: string, family: string) => field === family || field.startsWith(`${family}.`);

export const isAccepted = (field: string, accepted: readonly string[]): boolean =>
  accepted.some((family) => isOf(field, family));

/**
 * Refuses a run that the trainer would silently do otherwise: each field that determines its numbers must be in the
 * command, be settled by the trainer as run.json has it, or be accepted as a difference.
 * Errors: adapter-untold, adapter-differs, adapter-option.
 */
export function checkCoverage(
  spec: RunSpec,
  told: ReadonlySet<string>,
  always: Readonly<Record<string, FieldValue>>,
  declared: Declared,
): void {
  const fields = fieldsOf(spec);
  for (const field of declared.fixed.keys()) if (!fields.has(field)) throw noSuchField(field, "--fixed");
  const known = new Set([...fields.keys(), ...DETERMINING, ...DETERMINING.map((field) => field.split(".")[0]!)]);
  for (const family of declared.accepted) {
    if (![...known].some((field) => isOf(field, family))) throw noSuchField(family, "--accept");
  }
  const settled = new Map<string, FieldValue>([...Object.entries(always), ...declared.fixed]);
  const wanted = [...fields].filter(([field]) => DETERMINING.some((family) => isOf(field, family)));
  const open = wanted.filter(([field]) => !isAccepted(field, declared.accepted) && !isTold(field, spec, told));
  const differing = open.filter(([field, value]) => settled.has(field) && String(settled.get(field)) !== String(value));
  if (differing.length > 0) {
    throw new IsoflopError({
      code: "adapter-differs",
      message: `this trainer does otherwise than the run: ${differing.map(([field, value]) => `${field} is ${settled.get(field)} there, ${value} in run.json`).join("; ")}`,
      hint: `Change study.yaml so that the run is what the trainer does, or accept the difference: --accept ${differing.map(([field]) => field).join(",")}`,
    });
  }
  const untold = open.filter(([field]) => !settled.has(field));
  if (untold.length > 0) {
    const [first, value] = untold[0]!;
    throw new IsoflopError({
      code: "adapter-untold",
      message: `nothing tells the trainer of ${untold.map(([field, value]) => `${field} (${value})`).join(", ")}`,
      hint: `Put each into the command as {${first}}, or say that the trainer always does so: --fixed ${first}=${value}, or accept that it differs: --accept ${first}`,
    });
  }
}

/** Told by its own placeholder, or by another that implies it. */
function isTold(field: string, spec: RunSpec, told: ReadonlySet<string>): boolean {
  const implied: Readonly<Record<string, readonly string[]>> = {
    steps: ["tokens"],
    "batch.tokens": ["batch.sequences"],
    "shape.heads": ["shape.headWidth"],
    "shape.headWidth": ["shape.heads"],
    "schedule.lengthSteps":
      spec.schedule.kind === "cosine" && spec.schedule.lengthSteps === spec.steps ? ["steps"] : [],
  };
  return told.has(field) || (implied[field] ?? []).some((other) => told.has(other));
}

function noSuchField(field: string, option: string): IsoflopError {
  return new IsoflopError({
    code: "adapter-option",
    message: `${option} ${field}: run.json has no such field`,
    hint: "Fields are written as their path in run.json: shape.activation, optimizer, runtime.device.",
  });
}
