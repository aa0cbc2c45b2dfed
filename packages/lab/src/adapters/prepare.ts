import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { Adapter, FoundCheckpoint, Session } from "./adapter.js";
import { checkCoverage, type Declared, isAccepted } from "./coverage.js";
import { fillCommand } from "./template.js";

export interface Prepared {
  readonly session: Session;
  readonly checkpoint: FoundCheckpoint | undefined;
  /** Of the text that the trainer validates on, where that is known. */
  readonly bytesPerToken: number | undefined;
}

export interface Asked {
  readonly template: readonly string[];
  readonly declared: Declared;
  readonly bytesPerToken?: number;
  readonly checkpoints?: string;
}

/**
 * The command for one run, and where it goes on from; refused where the trainer would silently do something else.
 * Errors: adapter-placeholder, adapter-untold, adapter-differs, adapter-resume, adapter-bytes, and the adapter's own.
 */
export function prepareSession(adapter: Adapter, spec: RunSpec, folder: string, asked: Asked): Prepared {
  const first = fillCommand(asked.template, spec, folder, undefined);
  checkCoverage(spec, first.told, adapter.always?.(spec) ?? {}, asked.declared);
  const session: Session = {
    spec,
    folder,
    command: first.command,
    ...(asked.checkpoints === undefined ? {} : { checkpoints: asked.checkpoints }),
  };
  adapter.check?.(session);
  if (adapter.checkpoint !== undefined && !adapter.resumesByItself && !first.resumes) {
    throw new IsoflopError({
      code: "adapter-resume",
      message: "nothing tells the trainer where to go on after a stop: it would begin again",
      hint: "Put {resume.step} or {resume.path} into one argument of the command, such as --resume-from-step={resume.step}; the argument is left out where there is no checkpoint.",
    });
  }
  const bytesPerToken = bytesOf(spec, asked);
  if (adapter.needsBytesPerToken && bytesPerToken === undefined) {
    throw new IsoflopError({
      code: "adapter-bytes",
      message: `${adapter.name} tells its validation loss in bits per byte, of a text and tokenizer of its own`,
      hint: "Give --bytes-per-token: bytes of that text divided by its tokens, as the tokenizer's evaluation prints it. Losses are nats per token = bits per byte x ln 2 x bytes per token.",
    });
  }
  const checkpoint = adapter.checkpoint?.(session);
  const { command } = fillCommand(asked.template, spec, folder, checkpoint);
  return { session: { ...session, command }, checkpoint, bytesPerToken };
}

/** run.json knows the bytes of a token of the study's own text; of another the user must say it. */
function bytesOf(spec: RunSpec, { bytesPerToken, declared }: Asked): number | undefined {
  if (bytesPerToken !== undefined) return bytesPerToken;
  return isAccepted("data.folder", declared.accepted) ? undefined : spec.data.validationBytesPerToken;
}
