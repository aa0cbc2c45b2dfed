import type { CountingConvention } from "@isoflop/laws";
import type { ColumnUse, Field } from "@isoflop/laws/observations";
import { computed, effect, signal } from "@preact/signals";
import type { Choices, ImportOutcome } from "../../reading/importTables.js";
import type { FileFault, Report, Request, TableSummary } from "../../reading/protocol.js";
import { type Observed, observations, refreshObservations } from "../../state/observations.js";
import { chosenStudy } from "../../state/studies.js";
import { plantedStudy } from "./planted.js";

const NOTHING_CHOSEN: Choices = { columns: {}, conditions: [], checkpoints: false };

/** The files that were read. They live in this page alone, and are gone with it. */
export const tables = signal<readonly TableSummary[]>([]);
/** Those that could not be read, of the last drop. */
export const faults = signal<readonly FileFault[]>([]);
export const choices = signal<Choices>(NOTHING_CHOSEN);
/** How N and C were counted, where the reader knows better than the columns' names. */
export const counting = signal<Partial<CountingConvention>>({});
export const outcome = signal<ImportOutcome | undefined>(undefined);
/** The file that is being read. */
export const reading = signal<{ readonly name: string; readonly share: number } | undefined>(undefined);
/** What stopped the worker, which no fault of a file explains. */
export const broken = signal<string | undefined>(undefined);

let worker: Worker | undefined;
let turn = 0;

function ask(request: Request): void {
  if (worker === undefined) {
    worker = new Worker(new URL("../../reading/worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Report>) => take(data));
    worker.addEventListener("error", (event) => stop(event.message));
  }
  worker.postMessage(request);
}

/** Ends the worker with all that it holds: after a failure, and when everything is forgotten. */
function stop(detail: string | undefined): void {
  worker?.terminate();
  worker = undefined;
  turn += 1;
  tables.value = [];
  outcome.value = undefined;
  reading.value = undefined;
  choices.value = NOTHING_CHOSEN;
  counting.value = {};
  broken.value = detail;
}

function take(report: Report): void {
  if (report.kind === "progress") {
    reading.value = { name: report.name, share: report.done / Math.max(1, report.total) };
  } else if (report.kind === "tables") {
    reading.value = undefined;
    tables.value = report.tables;
    faults.value = report.faults;
    if (report.tables.length === 0) stop(undefined);
    else apply();
  } else if (report.kind === "outcome") {
    if (report.turn === turn) outcome.value = report.outcome;
  } else {
    stop(report.detail);
  }
}

function apply(): void {
  turn += 1;
  ask({ kind: "choose", choices: choices.value, turn });
}

/** Reads files beside those that are there. */
export function readFiles(files: readonly File[]): void {
  const [first] = files;
  if (first === undefined) return;
  broken.value = undefined;
  faults.value = [];
  reading.value = { name: first.name, share: 0 };
  ask({ kind: "read", files: files.map((file) => ({ file, name: file.name })) });
}

export function forgetFile(name: string): void {
  faults.value = [];
  if (tables.value.length === 1) forgetAll();
  else ask({ kind: "forget", name });
}

export function forgetAll(): void {
  faults.value = [];
  stop(undefined);
  if (isDropped(observations.value)) observations.value = undefined;
  if (chosenStudy.value !== undefined) void refreshObservations(chosenStudy.value.key);
}

/** Changes what the form says, and reads the runs anew. */
export function choose(changes: Partial<Choices>): void {
  choices.value = { ...choices.value, ...changes };
  apply();
}

/** A field's column: its name, the column in a unit, null for none, undefined for what its name says. */
export function chooseColumn(field: Field, choice: string | ColumnUse | null | undefined): void {
  const { [field]: _, ...others } = choices.value.columns;
  choose({ columns: choice === undefined ? others : { ...others, [field]: choice } });
}

/** What was read, as the laws take it; undefined while there is nothing to fit. */
export const imported = computed((): Observed | undefined => {
  const found = outcome.value?.result;
  if (found === undefined || "refusal" in found) return undefined;
  const names = tables.value.map(({ name }) => name);
  const { records, dropped, convention, lossUnit } = found.observations;
  return {
    title: names.length > 1 ? `${names[0]} + ${names.length - 1}` : (names[0] ?? ""),
    convention: { ...convention, ...counting.value },
    records,
    holdouts: [],
    names: Object.fromEntries(records.map(({ id }) => [id, id])),
    dropped: dropped.map(({ row, reason }) => ({ id: row, name: row, reason })),
    source: { kind: "dropped", names },
    ...(lossUnit === undefined ? {} : { lossUnit }),
  };
});

effect(() => {
  if (imported.value !== undefined) observations.value = imported.value;
  else if (isDropped(observations.peek()) && plantedSeedOf(observations.peek()) === undefined) {
    observations.value = undefined;
  }
});

function isDropped(observed: Observed | undefined): boolean {
  return observed?.source.kind === "dropped";
}

/** The seed of a made-up study; undefined of any other. */
export function plantedSeedOf(observed: Observed | undefined): number | undefined {
  return observed?.source.kind === "dropped" ? observed.source.plantedSeed : undefined;
}

/** Shows a made-up study in the place of files. */
export function showPlanted(seed: number, title: string): void {
  forgetAll();
  observations.value = plantedStudy(seed, title);
}
