import { join } from "node:path";
import { formatFlops } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { createLogUpdate } from "log-update";
import { READ_AT_ONCE } from "../runs/records.js";
import { readLastMetrics, readResult } from "../runs/status.js";
import { costOf, type ExecutionEvent } from "./execution.js";

export interface Progress {
  readonly onEvent: (event: ExecutionEvent) => void;
  /** A line that stays, above the display. */
  readonly say: (line: string) => void;
  /** Ends the display; the last state stays on the terminal. */
  readonly close: () => Promise<void>;
}

/** What is known of a running run at one moment. */
interface Glimpse {
  readonly spec: Pick<RunSpec, "id" | "name" | "steps">;
  readonly fraction: number;
  readonly loss: number | undefined;
}

const LIVE_MS = 500;
const PLAIN_MS = 5000;

/**
 * Shows runs done, losses of the running ones, and the time left, on standard error: redrawn in place on a terminal,
 * a line every few seconds elsewhere. Time left comes from the FLOPs that this session has done per second.
 */
export async function showProgress(
  title: string,
  specs: readonly RunSpec[],
  runsFolder: string,
  stream: NodeJS.WriteStream,
  heldAtStart: Iterable<string> = [],
): Promise<Progress> {
  // A terminal of unknown size tells none, and nothing can be redrawn on it.
  const live = stream.isTTY === true && stream.columns > 0;
  const update = live ? createLogUpdate(stream) : undefined;
  const running = new Map<string, RunSpec>();
  // Not the clock of the wall, which may be set anew.
  const began = performance.now();
  const ended = new Set<string>();
  const held = new Set(heldAtStart);
  const atStart = new Map<string, number>();
  for (let i = 0; i < specs.length; i += READ_AT_ONCE) {
    await Promise.all(
      specs.slice(i, i + READ_AT_ONCE).map(async (spec) => {
        // A folder that cannot be read is told where the run is to be trained.
        const fraction = await fractionOf(spec, runsFolder).catch(() => 0);
        atStart.set(spec.id, fraction);
        if (fraction === 1) ended.add(spec.id);
      }),
    );
  }
  const glimpse = async (): Promise<Glimpse[]> =>
    Promise.all(
      [...running.values()].map(async (spec) => {
        const last = await readLastMetrics(join(runsFolder, spec.id)).catch(() => undefined);
        return { spec, fraction: (last?.step ?? 0) / spec.steps, loss: last?.["train/loss"] };
      }),
    );
  const summary = (now: readonly Glimpse[]): string => {
    const before = (spec: RunSpec) => atStart.get(spec.id) ?? 0;
    const fraction = (spec: RunSpec) =>
      ended.has(spec.id) ? 1 : (now.find((one) => one.spec.id === spec.id)?.fraction ?? before(spec));
    const sum = (part: (spec: RunSpec) => number) => wanted.reduce((all, spec) => all + costOf(spec) * part(spec), 0);
    // What is held is neither waited for nor counted.
    const wanted = specs.filter(({ id }) => ended.has(id) || !held.has(id));
    const [total, done] = [sum(() => 1), sum(fraction)];
    const seconds = (performance.now() - began) / 1000;
    const rate = (done - sum(before)) / seconds;
    const speed = rate > 0 ? [`${formatFlops(rate)} FLOP/s`] : [];
    const over = ended.size === wanted.length;
    const aside = specs.length - wanted.length;
    const time = over
      ? `took ${formatDuration(seconds)}`
      : `ETA ${rate > 0 ? formatDuration((total - done) / rate) : "?"}`;
    const share = total > 0 ? [`${((100 * done) / total).toFixed(0)} % of the FLOPs`] : [];
    const counted = `${title}: ${ended.size}/${wanted.length} runs${aside > 0 ? ` (${aside} held)` : ""}`;
    return filled([counted, ...share, ...speed, time], width());
  };
  const width = () => (live ? stream.columns : Number.POSITIVE_INFINITY);

  let drawing: Promise<void> = Promise.resolve();
  const draw = async (): Promise<void> => {
    const now = await glimpse();
    if (update !== undefined) update([summary(now), ...now.map((one) => runLine(one, width()))].join("\n"));
    else {
      const losses = now.map(
        (one) => `${one.spec.name} ${(100 * one.fraction).toFixed(0)} % loss ${one.loss?.toFixed(3) ?? "-"}`,
      );
      stream.write(`${[summary(now), ...losses].join("; ")}\n`);
    }
  };
  const timer = setInterval(
    () => {
      drawing = drawing.then(draw).catch(() => {});
    },
    live ? LIVE_MS : PLAIN_MS,
  );
  const say = (line: string) => {
    update?.clear();
    stream.write(`${line}\n`);
  };
  return {
    onEvent: (event) => {
      const { spec } = event;
      if (event.kind === "started") {
        running.set(spec.id, spec);
        held.delete(spec.id);
      } else if (event.kind === "retried" || event.kind === "preempted")
        say(`${spec.name} ${event.kind}: ${event.reason}`);
      else {
        running.delete(spec.id);
        if (event.kind !== "done") say(`${spec.name} ${event.kind}${"reason" in event ? `: ${event.reason}` : ""}`);
        if (event.kind === "paused" || event.kind === "cancelled") held.add(spec.id);
        else ended.add(spec.id);
      }
    },
    say,
    close: async () => {
      clearInterval(timer);
      await drawing;
      await draw().catch(() => {});
      update?.done();
    },
  };
}

async function fractionOf(spec: RunSpec, runsFolder: string): Promise<number> {
  const folder = join(runsFolder, spec.id);
  const status = (await readResult(folder))?.status;
  if (status === "done" || status === "diverged") return 1;
  return Math.min(1, ((await readLastMetrics(folder))?.step ?? 0) / spec.steps);
}

/** Parts in as few lines as the width allows, each line but the first set in. */
export function filled(parts: readonly string[], width: number): string {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + part.length + 2 < width) lines[lines.length - 1] = `${last}, ${part}`;
    else lines.push(last === undefined ? part : `  ${part}`);
  }
  return lines.join("\n");
}

/** One line for a run. Where there is no room for all of it the bar gives way first, then the name. */
export function runLine({ spec, fraction, loss }: Glimpse, width: number): string {
  const figures = `${`${(100 * fraction).toFixed(0)} %`.padStart(5)}  loss ${loss === undefined ? "-" : loss.toFixed(3)}`;
  const room = width - figures.length - 4;
  const name = spec.name.length > room ? `${spec.name.slice(0, Math.max(1, room - 1))}…` : spec.name;
  const padded = name.padEnd(Math.min(room, 24));
  const barWidth = Math.min(20, room - padded.length - 1);
  return `  ${padded} ${barWidth < 5 ? "" : `${bar(fraction, barWidth)} `}${figures}`;
}

function bar(fraction: number, width: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, fraction)) * width);
  return "█".repeat(filled) + "░".repeat(width - filled);
}

/** "42 s", "3 min 20 s", "5 h 12 min", "2 d 3 h". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}
