import { join } from "node:path";
import { metricsLineSchema, type RunSpec, resultSchema } from "@isoflop/trainer";
import { readIfThere } from "../../runs/folder.js";
import { readResult } from "../../runs/status.js";
import type { Checklist } from "./check.js";
import { endOf, rawMetrics, type Session } from "./session.js";

/** Sums of tokens and FLOPs may be rounded by another language's arithmetic, not more. */
const ROUNDING = 1e-9;
/** A training loss is known to a float32; a validation loss is a mean of many. */
const near = (value: number, wanted: number) => Math.abs(value - wanted) <= ROUNDING * Math.abs(wanted);

/** Checks what a session that should have trained a run to its end has left. Returns whether it is done. */
export async function checkFiles(list: Checklist, session: Session, spec: RunSpec): Promise<boolean> {
  const { folder } = session;
  const text = await readIfThere(join(folder, "result.json"));
  const result = await readResult(folder);
  list.essential(
    "ends",
    "given the path of a run folder, it trains the run and ends with exit code 0 and a result.json",
    session.code === 0 && text !== undefined,
    text === undefined ? `${endOf(session)}; no result.json` : endOf(session),
  );
  if (text === undefined) return false;
  list.essential("result", "result.json keeps to its schema", result !== undefined, schemaFault(text));
  if (result === undefined) return false;
  list.essential(
    "done",
    "a run that can be trained is done, with its validation loss",
    result.status === "done" && Number.isFinite(result["val/loss"]),
    `status ${result.status}${result.reason === undefined ? "" : ` (${result.reason})`}, val/loss ${result["val/loss"]}`,
  );
  const flops = spec.tokens * spec.flopsPerToken[spec.convention];
  list.essential(
    "counts",
    "result.json has the steps, tokens and FLOPs that run.json asks for",
    result.steps === spec.steps && result.tokens === spec.tokens && near(result.flops, flops),
    `${result.steps} steps, ${result.tokens} tokens, ${result.flops} FLOPs instead of ${spec.steps}, ${spec.tokens}, ${flops}`,
  );
  await checkMetrics(list, folder, spec);
  const unchanged = JSON.stringify(JSON.parse((await readIfThere(join(folder, "run.json"))) ?? "null"));
  list.essential("spec", "run.json stays as it is", unchanged === JSON.stringify(spec), "it has been changed");
  return result.status === "done";
}

async function checkMetrics(list: Checklist, folder: string, spec: RunSpec): Promise<void> {
  const raw = await rawMetrics(folder);
  const parsed = raw.map((line) => metricsLineSchema.safeParse(line));
  const bad = parsed.findIndex(({ success }) => !success);
  list.essential(
    "metrics",
    "metrics.jsonl has one object a line that keeps to its schema",
    raw.length > 0 && bad < 0,
    raw.length === 0
      ? "it is empty"
      : `line ${bad + 1}: ${parsed[bad]?.error?.issues[0]?.path.join(".")} ${parsed[bad]?.error?.issues[0]?.message}`,
  );
  const lines = parsed.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return;
  const perToken = spec.flopsPerToken[spec.convention];
  const off = lines.find(
    (line, i) =>
      line.tokens !== line.step * spec.batch.tokens ||
      !near(line.flops, line.tokens * perToken) ||
      (i > 0 && line.step <= (lines[i - 1]?.step ?? 0)),
  );
  list.essential(
    "steps",
    "its lines go on from step to step, with the tokens and FLOPs up to there, to the last one",
    off === undefined && last.step === spec.steps,
    off === undefined
      ? `the last line is step ${last.step} of ${spec.steps}`
      : `step ${off.step} has ${off.tokens} tokens and ${off.flops} FLOPs instead of ${off.step * spec.batch.tokens} and ${off.step * spec.batch.tokens * perToken}`,
  );
  const losses = lines.flatMap(({ "train/loss": loss }) => (loss === undefined ? [] : [loss]));
  const [start = Number.NaN, end = Number.NaN] = [losses[0], losses.at(-1)];
  const uniform = Math.log(spec.shape.vocabulary);
  list.essential(
    "nats",
    "train/loss is in nats per token and falls",
    start > 0.5 * uniform && start < 2 * uniform && end < start,
    losses.length === 0
      ? "there is none"
      : `it goes from ${start} to ${end}; ln ${spec.shape.vocabulary} is ${uniform.toFixed(2)}`,
  );
  const { everySteps } = spec.evaluation;
  const wanted = Array.from({ length: Math.floor(spec.steps / everySteps) }, (_, i) => (i + 1) * everySteps);
  const evaluated = new Set(lines.filter((line) => Number.isFinite(line["val/loss"])).map(({ step }) => step));
  const missed = wanted.filter((step) => !evaluated.has(step));
  list.optional(
    "evaluations",
    "val/loss is there on the steps that evaluation.everySteps asks for",
    missed.length === 0,
    `it is not on step ${missed[0]}`,
  );
  list.optional(
    "every step",
    "metrics.jsonl has a line for every step (Approach 1 reads the curve from them)",
    losses.length === spec.steps,
    `${losses.length} losses for ${spec.steps} steps`,
  );
}

function schemaFault(text: string): string {
  try {
    const issue = resultSchema.safeParse(JSON.parse(text)).error?.issues[0];
    return `${issue?.path.join(".")}: ${issue?.message}`;
  } catch (error) {
    return (error as Error).message;
  }
}
