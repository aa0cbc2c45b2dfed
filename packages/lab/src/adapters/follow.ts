import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { cutMetrics, openMetrics, type RunResult, writeFailure, writeResult } from "@isoflop/trainer";
import { readRunSpec } from "../runs/folder.js";
import { readMetrics } from "../runs/metrics.js";
import { readResult } from "../runs/status.js";
import type { Adapter } from "./adapter.js";
import { failureOf, type Outcome, resultOfOutcome } from "./ending.js";
import { type Interruption, listenTo } from "./listen.js";
import { type Asked, prepareSession } from "./prepare.js";
import { startTrainer } from "./process.js";
import { openRecord } from "./record.js";

export interface FollowOptions extends Asked {
  /** Where the trainer is started. */
  readonly cwd?: string;
  /** Aborted by SIGTERM: the trainer is asked to stop. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

export type FollowEnd =
  | { readonly kind: "ended"; readonly result: RunResult }
  | { readonly kind: "stopped"; readonly step: number; readonly checkpoint: number | undefined };

const HISTORY_MS = 5000;
/** Whoever sent SIGTERM to the group has reached the trainer too; only one that is still there is sent another. */
const PASS_ON_MS = 1000;
/** Between SIGTERM and SIGKILL for a trainer whose run is over. */
const PATIENCE_MS = 30_000;
/** Of the trainer's output in an error message: whoever shows it shows a few lines. */
const LAST_LINES = 3;
const LINE_LENGTH = 300;

/**
 * Runs somebody else's trainer on a run folder by the run contract: makes its command from run.json, follows its log into
 * metrics.jsonl and trainer.log, and ends with result.json. Errors: those of prepareSession; adapter-mismatch (exit code 2);
 * trainer-failed, trainer-short (1).
 */
export async function followTrainer(adapter: Adapter, folder: string, options: FollowOptions): Promise<FollowEnd> {
  const spec = await readRunSpec(folder);
  if (spec === undefined) {
    throw new IsoflopError({
      code: "run-unreadable",
      message: `${folder} has no run.json`,
      hint: "A run folder is made by `isoflop run`, which starts the trainer on it: trainer: { command: [isoflop, adapt, …] }",
    });
  }
  const earlier = await readResult(folder);
  if (earlier !== undefined) return { kind: "ended", result: earlier };
  const { session, checkpoint, bytesPerToken } = prepareSession(adapter, spec, folder, options);

  const metricsPath = join(folder, "metrics.jsonl");
  const kept = (await readMetrics(folder)).filter(
    ({ step }) => adapter.resumesByItself || adapter.checkpoint === undefined || step <= (checkpoint?.step ?? 0),
  );
  const before = kept.at(-1)?.time ?? 0;
  const since = kept.at(-1)?.step ?? 0;
  const began = performance.now();
  const seconds = () => before + (performance.now() - began) / 1000;
  let metrics: ReturnType<typeof openMetrics> | undefined;
  const record = openRecord(spec, {
    kept,
    seconds,
    ...(bytesPerToken === undefined ? {} : { bytesPerToken }),
    cut: (lines) => {
      metrics?.close();
      cutMetrics(metricsPath, lines);
      metrics = openMetrics(metricsPath);
      return metrics;
    },
  });

  let interruption: Interruption | undefined;
  let interrupted = () => {};
  const interrupt = (first: Interruption) => {
    interruption ??= first;
    interrupted();
  };
  const listener = listenTo(adapter, session, options.declared.accepted, record, interrupt);
  const lookUp = () => listener.history(since);
  const said = { stdout: [] as string[], stderr: [] as string[] };
  const trainerLog = createWriteStream(join(folder, "trainer.log"), { flags: "a" });
  trainerLog.on("error", (error) =>
    interrupt({ kind: "fault", error: writeFailure(error, trainerLog.path.toString()) }),
  );
  options.log(`${adapter.name}: ${session.command.join(" ")}`);
  const trainer = await startTrainer(session.command, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    onText: (text) => trainerLog.write(text),
    onLine: (line, from) => {
      if (line !== "" && said[from].push(line.slice(0, LINE_LENGTH)) > LAST_LINES) said[from].shift();
      listener.line(line);
    },
  });
  interrupted = () => trainer.stop(PATIENCE_MS);
  if (interruption !== undefined) interrupted();
  // No SIGKILL here: how long a checkpoint may take is for whoever sent the signal to say.
  const passOn = () => void setTimeout(() => trainer.stop(), PASS_ON_MS).unref();
  if (options.signal.aborted) passOn();
  options.signal.addEventListener("abort", passOn, { once: true });
  const looking = adapter.history === undefined ? undefined : setInterval(lookUp, HISTORY_MS);
  const end = await trainer.ended;
  clearInterval(looking);
  options.signal.removeEventListener("abort", passOn);
  lookUp();
  const lines = record.close();
  metrics?.close();
  await new Promise<void>((resolve) => trainerLog.end(resolve));

  const finish = async (outcome: Pick<Outcome, "status" | "steps" | "reason">): Promise<FollowEnd> => {
    const { accepted } = options.declared;
    const result = await resultOfOutcome(spec, {
      ...outcome,
      lines,
      wallSeconds: seconds(),
      trainer: adapter.name,
      accepted,
    });
    writeResult(folder, result);
    return { kind: "ended", result };
  };
  if (interruption?.kind === "fault") throw interruption.error;
  if (interruption?.kind === "diverged") {
    const { step = record.step(), reason } = interruption;
    return finish({ status: "diverged", steps: step, reason });
  }
  if (end.code === 0 && record.step() >= spec.steps) return finish({ status: "done", steps: record.step() });
  if (options.signal.aborted || end.signal === "SIGTERM") {
    return { kind: "stopped", step: record.step(), checkpoint: adapter.checkpoint?.(session)?.step };
  }
  throw failureOf(end, record.step(), spec, said.stderr.length > 0 ? said.stderr : said.stdout);
}
