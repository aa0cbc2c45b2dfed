import { z } from "zod";
import { mappedName } from "./name.js";

/** "*" stands for any words; "gflops*1e9" multiplies. */
const name = z
  .string()
  .min(1)
  .refine(
    (text) => Number.isFinite(mappedName(text).scale) && mappedName(text).scale > 0,
    "its factor is no number above 0",
  );
/** In order of preference. */
const names = z.array(name).min(1);

export const SERIES = ["trainLoss", "valLoss", "tokens", "flops", "learningRate"] as const;

/** What a run's settings and its summary may say. */
export const SETTINGS = [
  "parameters",
  "nonEmbedding",
  "layers",
  "width",
  "heads",
  "headWidth",
  "keyValueHeads",
  "feedForward",
  "feedForwardRatio",
  "feedForwardMultipleOf",
  "feedForwardMultiplier",
  "vocabulary",
  "context",
  "tiedEmbeddings",
  "biases",
  "positions",
  "activation",
  "normalisation",
  "experts",
  "batchSequences",
  "batchTokens",
  "tokens",
  "flops",
  "seed",
  "budget",
  "uniqueTokens",
] as const;
export type Setting = (typeof SETTINGS)[number];

const settled = z
  .strictObject({
    positions: z.enum(["learned", "alibi", "rope", "none"]),
    activation: z.enum(["gelu", "relu2", "swiglu"]),
    normalisation: z.enum(["layer", "rms"]),
    biases: z.boolean(),
    tiedEmbeddings: z.boolean(),
    /** The width of the feed-forward block that is logged is that of value and gate together. */
    feedForwardHoldsGate: z.boolean(),
  })
  .partial();
export type Settled = z.infer<typeof settled>;

const marks = z.strictObject({ series: names.optional(), config: names.optional() });

/** Which names a program gives to what, as data: docs/import.md explains every field. */
export const mappingSchema = z.strictObject({
  name: z.string().min(1),
  /** Where the names were read: files of the program, addresses. */
  sources: z.array(z.string().min(1)).min(1),
  /** A run is this program's if it has all of one of these; without it every run is. */
  recognise: z.union([marks, z.array(marks).min(1)]).optional(),
  series: z.partialRecord(z.enum(SERIES), names),
  config: z.partialRecord(z.enum(SETTINGS), names),
  /** How the program counts what it logs. */
  counted: z
    .strictObject({
      parameters: z.enum(["total", "non-embedding"]).optional(),
      flops: z.enum(["6N", "6N-non-embedding", "6N-with-head", "kaplan", "hoffmann"]).optional(),
    })
    .optional(),
  /** What all of its models have. */
  always: settled.optional(),
  /** What models of a kind have: `key` is the setting that names the kind. */
  families: z
    .object({ key: z.string() })
    .catchall(z.union([settled, z.string()]))
    .optional(),
  /** Files of metrics, one object a line. */
  files: z.strictObject({ names: names.optional(), step: names.optional(), time: names.optional() }).optional(),
});
export type Mapping = z.infer<typeof mappingSchema>;
