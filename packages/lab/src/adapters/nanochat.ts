import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { Adapter, LogEvent, Session } from "./adapter.js";
import { printedNumber } from "./lines.js";

// "step 00011/00500 (2.20%) | loss: 8.968472 | lrm: 0.30 | dt: 2287.30ms | …": the (step + 1)th update has been made.
const STEP = /^step (\d+)\/\d+ \([\d.]+%\) \| loss: (\S+) \|(?: grad[ _]norm: (\S+) \|)? lrm: (\S+) \|/;
// "Step 00100 | Validation bpb: 2.083286": before update step + 1, so after so many updates.
const VALIDATION = /^Step (\d+) \| Validation bpb: (\S+)$/;
/** compute_init of nanochat/common.py. */
const SEED = 42;
const FACTS: readonly (readonly [pattern: RegExp, field: string, tolerance?: number])[] = [
  [/^Vocab size: ([\d,]+)$/, "shape.vocabulary"],
  [/^\s*"sequence_len": (\d+),?$/, "shape.context"],
  [/^\s*"n_layer": (\d+),?$/, "shape.layers"],
  [/^\s*"n_head": (\d+),?$/, "shape.heads"],
  [/^\s*"n_embd": (\d+),?$/, "shape.width"],
  // Its norms have no gains, and value embeddings have small gates.
  [/^transformer_matrices\s*: ([\d,]+)$/, "parameters.block", 0.01],
  [/^Total batch size ([\d,]+) =>/, "batch.tokens"],
  [/^(?:Using user-provided|Calculated) number of iterations.*: ([\d,]+)$/, "steps"],
];

/**
 * nanochat's scripts.base_train. Its training loss is an exponential mean over some ten steps (0.9, debiased), its validation
 * loss bits per byte without special tokens. It prints a multiplier of its learning rates and none of them.
 */
export const nanochat: Adapter = {
  name: "nanochat",
  needsBytesPerToken: true,
  always: ({ shape }) => ({
    "shape.positions": "rope",
    "shape.normalisation": "rms",
    "shape.activation": "relu2",
    "shape.biases": false,
    "shape.tiedEmbeddings": false,
    "shape.feedForward": 4 * shape.width,
    "schedule.kind": "wsd",
    "schedule.decay": "linear",
    "parametrisation.kind": "standard",
    seed: SEED,
  }),
  read: (line) => {
    const step = STEP.exec(line);
    if (step !== null) return stepEvents(Number(step[1]) + 1, step[2]!, step[3], step[4]!);
    const validation = VALIDATION.exec(line);
    if (validation !== null) {
      const bitsPerByte = printedNumber(validation[2]!);
      return bitsPerByte === undefined ? [] : [{ kind: "validation", step: Number(validation[1]), bitsPerByte }];
    }
    return FACTS.flatMap(([pattern, field, tolerance]): LogEvent[] => {
      const value = printedNumber(pattern.exec(line)?.[1] ?? "");
      if (value === undefined) return [];
      return [{ kind: "fact", field, value, ...(tolerance === undefined ? {} : { tolerance }) }];
    });
  },
  check: (session) => {
    // The design counts seeds from 0. A second one would train the same model again, and make the noise between seeds none.
    if (session.spec.seed !== 0 && session.spec.seed !== SEED) {
      throw new IsoflopError({
        code: "nanochat-seed",
        message: `nanochat begins every run from seed ${SEED}: seed ${session.spec.seed} would repeat the run of seed 0`,
        hint: "Take design.seeds: 1.",
      });
    }
    if (tagOf(session) !== undefined) return;
    throw new IsoflopError({
      code: "nanochat-tag",
      message: "the command has no --model-tag: runs of one depth would overwrite each other's checkpoints",
      hint: "Add --model-tag={id}.",
    });
  },
  checkpoint: (session) => {
    const folder = checkpointsOf(session);
    if (!existsSync(folder)) return undefined;
    const names = new Set(readdirSync(folder));
    const steps = [...names].flatMap((name) => {
      const step = /^model_(\d+)\.pt$/.exec(name)?.[1];
      // In the order that it writes them: the optimiser's state comes last.
      return step !== undefined && names.has(`meta_${step}.json`) && names.has(`optim_${step}_rank0.pt`) ? [step] : [];
    });
    const newest = steps.sort((a, b) => Number(b) - Number(a))[0];
    return newest === undefined ? undefined : { step: Number(newest), path: join(folder, `model_${newest}.pt`) };
  },
};

function stepEvents(step: number, lossText: string, normText: string | undefined, multiplier: string): LogEvent[] {
  const loss = printedNumber(lossText);
  if (loss === undefined) return [];
  const gradientNorm = normText === undefined ? undefined : printedNumber(normText);
  const lrm = printedNumber(multiplier);
  return [
    {
      kind: "training",
      step,
      loss,
      ...(gradientNorm === undefined ? {} : { gradientNorm }),
      ...(lrm === undefined ? {} : { also: { lr_multiplier: lrm } }),
    },
  ];
}

/** What follows --model-tag, as one argument or as two. */
function tagOf({ command }: Session): string | undefined {
  const joined = command.find((argument) => argument.startsWith("--model-tag="));
  if (joined !== undefined) return joined.slice("--model-tag=".length);
  const place = command.indexOf("--model-tag");
  return place < 0 ? undefined : command[place + 1];
}

function checkpointsOf(session: Session): string {
  if (session.checkpoints !== undefined) return session.checkpoints;
  const base = process.env.NANOCHAT_BASE_DIR ?? join(homedir(), ".cache", "nanochat");
  return join(base, "base_checkpoints", tagOf(session) ?? "");
}
