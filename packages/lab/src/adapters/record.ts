import type { MetricsLine, openMetrics, RunSpec } from "@isoflop/trainer";
import type { LogEvent } from "./adapter.js";

type Told = Extract<LogEvent, { kind: "training" | "validation" }>;
type Sink = Pick<ReturnType<typeof openMetrics>, "append">;

export interface RecordOptions {
  /** What metrics.jsonl holds already. */
  readonly kept: readonly MetricsLine[];
  /** Seconds of training so far. */
  readonly seconds: () => number;
  /** Of the validation text, where that is known. */
  readonly bytesPerToken?: number;
  /** The file holds these lines instead, before more are appended. */
  readonly cut: (lines: readonly MetricsLine[]) => Sink;
}

/**
 * metrics.jsonl from what a log says. Training and validation losses of one step become one line, which is written when the
 * next step is heard of. What a log repeats (another rank, another look at the same file) counts once. Nothing is filled in:
 * a line has what the log has.
 */
export function openRecord(spec: RunSpec, options: RecordOptions) {
  let lines: MetricsLine[] = [...options.kept];
  let sink = options.cut(lines);
  let open: MetricsLine | undefined;
  let heardTraining = false;
  const flopsPerStep = spec.flopsPerToken[spec.convention] * spec.batch.tokens;

  const write = () => {
    if (open === undefined) return;
    lines.push(open);
    sink.append(open);
    open = undefined;
  };
  /** The session begins at a step that metrics.jsonl has already: the trainer went back to a checkpoint, or to the start. */
  const cutFrom = (step: number) => {
    if (open !== undefined && open.step >= step) open = undefined;
    if ((lines.at(-1)?.step ?? 0) < step) return;
    lines = lines.filter((line) => line.step < step);
    sink = options.cut(lines);
  };
  const lossOf = (event: Told): Partial<MetricsLine> => {
    if (event.kind === "training") {
      return {
        ...event.also,
        "train/loss": event.loss,
        ...(event.learningRate === undefined ? {} : { lr: event.learningRate }),
        ...(event.gradientNorm === undefined ? {} : { grad_norm: event.gradientNorm }),
      };
    }
    // One token is so many bytes, one bit ln 2 nats.
    const { bytesPerToken } = options;
    const natsPerBit = bytesPerToken === undefined ? undefined : bytesPerToken * Math.LN2;
    if ("loss" in event) {
      return {
        "val/loss": event.loss,
        ...(natsPerBit === undefined ? {} : { "val/bits_per_byte": event.loss / natsPerBit }),
      };
    }
    return {
      ...(natsPerBit === undefined ? {} : { "val/loss": event.bitsPerByte * natsPerBit }),
      "val/bits_per_byte": event.bitsPerByte,
    };
  };

  return {
    add(event: Told): void {
      const { step } = event;
      if (event.kind === "training" && !heardTraining) {
        heardTraining = true;
        cutFrom(step);
      }
      // A model is validated before its first step too; metrics begin with step 1.
      if (step < 1) return;
      if (step === (open ?? lines.at(-1))?.step) {
        if (open === undefined) {
          // Resumed where the last session ended, and validated there again: that line is open once more.
          open = lines.at(-1);
          lines = lines.slice(0, -1);
          sink = options.cut(lines);
        }
        open = { ...lossOf(event), ...open! };
        return;
      }
      if (step < (open ?? lines.at(-1) ?? { step: 0 }).step) return;
      write();
      open = {
        step,
        tokens: step * spec.batch.tokens,
        flops: step * flopsPerStep,
        time: Math.round(options.seconds() * 1000) / 1000,
        ...lossOf(event),
      };
    },
    /** The last step heard of. */
    step: (): number => (open ?? lines.at(-1))?.step ?? 0,
    close(): readonly MetricsLine[] {
      write();
      return lines;
    },
  };
}
