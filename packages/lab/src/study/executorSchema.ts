import { z } from "zod";
import { count, orAuto, positive } from "./fields.js";

/** What every executor says of one run. */
const ofEachRun = {
  /** Threads of one run. */
  threads: count.refine((value) => value <= 256, { error: "must be at most 256" }).default(1),
  /** What the runs are computed on, where the trainer has it. */
  device: z.enum(["cpu", "cuda", "webgpu", "coreml", "directml"]).default("cpu"),
  /** Of matrix products. */
  precision: z.enum(["float32", "bfloat16"]).default("float32"),
};

const localSchema = z.strictObject({
  // Not a default: a discriminator may be optional only.
  kind: z
    .literal("local")
    .optional()
    .transform(() => "local" as const),
  /** Runs at a time; auto: one for each core. */
  workers: orAuto(count, "a number of workers").default("auto"),
  ...ofEachRun,
});

/** A name of something at the site: one word, and no option of sbatch's. */
const word = z.string().regex(/^[^\s-]\S*$/, { error: "must be one word that does not begin with -" });
const setupLine = z.string().regex(/^[^\r\n\0]*$/, { error: "must be one line" });
const TIME = /^(\d+(:\d{1,2}){0,2}|\d+-\d{1,2}(:\d{1,2}){0,2})$/;
const TIMES = "expected minutes, or a time such as 2:30:00 or 1-12";

const slurmSchema = z.strictObject({
  kind: z.literal("slurm"),
  partition: word.optional(),
  account: word.optional(),
  qos: word.optional(),
  constraint: word.optional(),
  /** Of one task: a number, or Slurm's own words such as h100:2. */
  gpus: z
    .union([count.transform(String), word], { error: "expected a number, or a type and a number such as h100:2" })
    .optional(),
  /** Of one task; auto: the threads of the runs that it trains at once. */
  cpus: orAuto(count, "a number of CPUs").default("auto"),
  /** Of one task, as sbatch takes it: 16G. */
  memory: z
    .string()
    .regex(/^\d+[KMGT]?$/, { error: "expected a size such as 4000M or 16G" })
    .optional(),
  /** Time limit of one task, as sbatch takes it; without it the partition's default. */
  time: z.union([count.transform(String), z.string().regex(TIME, { error: TIMES })], { error: TIMES }).optional(),
  /** Tasks that run at a time, at most. */
  concurrency: count.optional(),
  /** Runs of one task of an array, trained in turn. */
  runsPerTask: count.default(1),
  /** How many of them at a time. */
  atOnce: count.default(1),
  /** Before the time limit, the seconds in which a checkpoint is written and the task goes back into the queue. */
  warning: count.refine((value) => value <= 65_535, { error: "must be at most 65535" }).default(120),
  /** Further arguments of sbatch. */
  extra: z
    .array(z.string().regex(/^--[a-z]/, { error: "expected options of sbatch, each as --name=value" }))
    .default([]),
  /** Lines of the batch script before the trainer: modules, environments. */
  setup: z.union([setupLine.transform((line) => [line]), z.array(setupLine)]).default([]),
  /** Seconds between two questions to Slurm. */
  poll: positive.default(15),
  ...ofEachRun,
});

/** `executor`: who trains the runs. Without `kind` it is this machine. */
export const executorSchema = z
  .discriminatedUnion("kind", [localSchema, slurmSchema], { error: "expected local or slurm" })
  .prefault({});

export type SlurmSettings = z.output<typeof slurmSchema>;
