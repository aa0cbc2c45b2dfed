import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Adapter, FoundCheckpoint, LogEvent, Session } from "./adapter.js";
import { printedNumber } from "./lines.js";

const FACTS: readonly (readonly [pattern: RegExp, field: string])[] = [
  [/Total train batch size \(w\. parallel, distributed & accumulation\) = ([\d,]+)$/, "batch.sequences"],
  [/Total optimization steps = ([\d,]+)$/, "steps"],
  [/Number of trainable parameters = ([\d,]+)$/, "parameters.total"],
];
// "{'loss': 1.0123, 'grad_norm': nan, …}", newer versions "{'loss': '1.012', …}": rounded and without the step.
const PRINTED = /'(loss|grad_norm|eval_loss)': '?([\w.+-]+)'?/g;

/** NaN and Infinity too, which z.number() is not. */
const anyNumber = z.custom<number>((value) => typeof value === "number");
const stateSchema = z.looseObject({
  global_step: z.number().int().nonnegative(),
  log_history: z.array(
    z.looseObject({
      step: z.number().int().nonnegative(),
      loss: anyNumber.optional(),
      grad_norm: anyNumber.optional(),
      learning_rate: anyNumber.optional(),
      eval_loss: anyNumber.optional(),
    }),
  ),
});
type TrainerState = z.infer<typeof stateSchema>;

/**
 * The Trainer of Hugging Face transformers. What it prints is rounded and has no step, so its numbers are taken from the
 * trainer_state.json of each checkpoint and of the end; of what it prints, only that a number is not finite.
 */
export const huggingFace: Adapter = {
  name: "hugging-face",
  read: (line) => {
    if (/^\s*\{'/.test(line)) {
      const odd = [...line.matchAll(PRINTED)].find(([, , value]) => !Number.isFinite(printedNumber(value!) ?? 0));
      return odd === undefined ? [] : [{ kind: "diverged", reason: `the trainer printed ${odd[1]} ${odd[2]}` }];
    }
    return FACTS.flatMap(([pattern, field]): LogEvent[] => {
      const value = printedNumber(pattern.exec(line)?.[1] ?? "");
      return value === undefined ? [] : [{ kind: "fact", field, value }];
    });
  },
  checkpoint: (session) => checkpointsIn(outputFolder(session)).at(-1),
  history: (session) => {
    const output = outputFolder(session);
    const states = [
      output,
      ...checkpointsIn(output)
        .slice(-1)
        .map(({ path }) => path),
    ]
      .map(readState)
      .filter((state) => state !== undefined)
      .sort((a, b) => b.global_step - a.global_step);
    return (states[0]?.log_history ?? []).flatMap(eventsOf);
  },
};

function eventsOf(entry: TrainerState["log_history"][number]): LogEvent[] {
  const { step, loss, grad_norm: gradientNorm, learning_rate: learningRate, eval_loss: validation } = entry;
  return [
    ...(loss === undefined
      ? []
      : [
          {
            kind: "training" as const,
            step,
            loss,
            ...(gradientNorm === undefined ? {} : { gradientNorm }),
            ...(learningRate === undefined ? {} : { learningRate }),
          },
        ]),
    ...(validation === undefined ? [] : [{ kind: "validation" as const, step, loss: validation }]),
  ];
}

/** The checkpoints that are whole, the newest last: trainer_state.json is written when the rest is there. */
function checkpointsIn(output: string): FoundCheckpoint[] {
  if (!existsSync(output)) return [];
  return readdirSync(output)
    .flatMap((name) => {
      const step = Number(/^checkpoint-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
      const path = join(output, name);
      return Number.isFinite(step) && readState(path)?.global_step === step ? [{ step, path }] : [];
    })
    .sort((a, b) => a.step - b.step);
}

/** Python writes NaN and Infinity, which JSON has no word for: they become numbers that are not finite. */
function readState(folder: string): TrainerState | undefined {
  try {
    const text = readFileSync(join(folder, "trainer_state.json"), "utf8");
    const readable = text.replaceAll(/: (-?)(NaN|Infinity)(?=[,\s}])/g, ': "$1$2"');
    return stateSchema.safeParse(
      JSON.parse(readable, (_, value) => (/^-?(NaN|Infinity)$/.test(String(value)) ? Number(value) : value)),
    ).data;
  } catch {
    return undefined;
  }
}

/** --output_dir, or the run's checkpoint folder. */
function outputFolder({ command, folder, checkpoints }: Session): string {
  const joined = command.find((argument) => /^--output[_-]dir=/.test(argument));
  const place = command.findIndex((argument) => /^--output[_-]dir$/.test(argument));
  const named = joined?.slice(joined.indexOf("=") + 1) ?? (place < 0 ? undefined : command[place + 1]);
  return checkpoints ?? named ?? join(folder, "checkpoint");
}
