import { basename, resolve } from "node:path";
import type { RunRecord } from "@isoflop/laws";
import type { FitChoices } from "@isoflop/laws/procedures";
import { checklistOf } from "../../checklist/checklist.js";
import { runsFacts } from "../../checklist/runsFacts.js";
import type { ManifestEntry } from "../../import/manifest.js";
import type { Observations } from "../../read/observations.js";
import type { DroppedRow, ReportModel, ReportWarning, RunRow, RunStatus } from "../../report/model.js";
import { packageVersion } from "../../study/versions.js";
import type { Fits } from "../fits.js";
import { countingText, machine } from "./machine.js";
import { tellOptimum } from "./optimumReport.js";
import { reportOf } from "./reportOf.js";
import { withRemedy } from "./warnings.js";

/** More circles and curves are one blot, and pages of tens of megabytes. */
const MOST_DRAWN = 2000;
const MOST_CURVES = 300;

/** The report of runs that no study has planned: imported ones, or a table's, with the fits that were made to them. */
export async function reportOfRuns(
  observations: Observations,
  fits: Fits,
  choices: FitChoices,
  { sources, command }: { readonly sources: readonly string[]; readonly command: string },
): Promise<ReportModel> {
  const { records, convention, derived } = observations;
  const entries = new Map(
    observations.imported.flatMap(({ manifest }) => manifest.runs.map((entry) => [entry.id, entry] as const)),
  );
  const nameOf = ({ id }: RunRecord) => entries.get(id)?.name ?? id;
  const { optimum, backtest, warnings, answer } = tellOptimum(records, convention, fits, choices);
  const drawn = drawnRecords(records);
  const dropped = [
    ...observations.dropped.map(({ row, reason }) => ({
      row: typeof row === "number" ? `row ${row}` : row,
      reason,
    })),
    ...[...entries.values()].flatMap(refusedAtImport),
  ];
  return reportOf({
    title: titleOf(sources),
    fits,
    heldOut: [],
    isoflop: false,
    fitted: { records, convention, choices },
    ...(answer && { answer }),
    optimum,
    runs: records.map((record) => runRow(record, nameOf(record), entries.get(record.id))),
    ...(observations.lossUnit && { lossUnit: observations.lossUnit }),
    warnings: [
      ...observations.warnings.map((warning) => ({ ...withRemedy(warning), where: "runs" })),
      ...warnings,
      ...unitWarning(observations),
    ],
    notes: [
      ...observations.notices,
      ...(derived === undefined ? [] : [`Derived: ${derived}.`]),
      ...(observations.imported.length > 0 && drawn.some(hasCurve)
        ? ["Curves of imported runs are of the training loss where one was logged, else of the loss that is fitted."]
        : []),
      ...(drawn.length < records.length ? [`Figures show ${drawn.length} of the ${records.length} runs.`] : []),
      ...(records.filter(hasCurve).length > drawn.filter(hasCurve).length
        ? [`Curves are drawn of ${drawn.filter(hasCurve).length} runs.`]
        : []),
    ],
    dropped,
    checklist: checklistOf({
      records,
      convention,
      fits,
      choices,
      dropped,
      ...(observations.where === undefined ? {} : { where: observations.where }),
      ...(await runsFacts(observations)),
      forecast: undefined,
      heldOut: [],
      optimum,
      command,
      version: packageVersion(),
    }),
    records: drawn,
    holdouts: [],
    names: new Map(drawn.map((record) => [record.id, nameOf(record)])),
    stated: undefined,
    backtest,
    flopsPerToken: flopsPerToken(records),
    provenance: {
      command,
      convention: countingText(convention.flops, convention.parameters),
      sources: observations.sources,
      columns: observations.columns,
      versions: { isoflop: packageVersion(), node: process.version },
      machine: machine(),
    },
  });
}

/** Laws of different units are not to be compared by their losses. */
function unitWarning({ lossUnit }: Observations): ReportWarning[] {
  if (lossUnit === undefined) return [];
  return [
    {
      code: "loss-unit",
      message: `These losses are in ${lossUnit}, as every loss of this page is: losses and E of laws in nats per token are no measure for them.`,
      where: "every loss",
    },
  ];
}

/** "imported", "runs.csv", "runs.csv and 3 more". */
function titleOf([first = "", ...others]: readonly string[]): string {
  const name = basename(resolve(first));
  return others.length === 0 ? name : `${name} and ${others.length} more`;
}

/** Trackers' words for a run's end, as the report has them. */
const STATES: Readonly<Record<string, RunStatus>> = {
  finished: "done",
  running: "running",
  crashed: "crashed",
  failed: "failed",
};

function runRow(record: RunRecord, name: string, entry: ManifestEntry | undefined): RunRow {
  const { id, parameters, tokens, flops, budget, loss } = record;
  const settled = entry !== undefined && "record" in entry.outcome ? entry.outcome.record : undefined;
  const status = entry?.state === undefined ? undefined : STATES[entry.state];
  const own = settled === undefined ? { loss } : settled.isTraining ? { trainLoss: loss } : { validationLoss: loss };
  return {
    id,
    name,
    role: "fit",
    parameters,
    tokens,
    flops,
    ...(budget === undefined ? {} : { budget }),
    ...(settled?.step === undefined ? {} : { steps: settled.step }),
    ...(settled?.lossUnit === undefined ? own : { loss }),
    ...(status === undefined ? {} : { status }),
  };
}

function refusedAtImport({ path, outcome, apart }: ManifestEntry): DroppedRow[] {
  const reason = "reason" in outcome ? outcome.reason : apart;
  return reason === undefined ? [] : [{ row: path, reason }];
}

const hasCurve = ({ curve }: RunRecord): boolean => (curve?.length ?? 0) > 2;

/** The records that figures draw: all, or evenly some of them by size; curves of fewer. */
function drawnRecords(records: readonly RunRecord[]): readonly RunRecord[] {
  const shown = evenly(records, MOST_DRAWN);
  const curved = new Set(evenly(shown.filter(hasCurve), MOST_CURVES));
  return shown.map((record) => {
    if (record.curve === undefined || curved.has(record)) return record;
    const { curve: _, ...bare } = record;
    return bare;
  });
}

function evenly(records: readonly RunRecord[], most: number): readonly RunRecord[] {
  if (records.length <= most) return records;
  const sorted = [...records].sort((a, b) => a.parameters - b.parameters || a.tokens - b.tokens);
  return Array.from({ length: most }, (_, i) => sorted[Math.floor((i * sorted.length) / most)]!);
}

/** C over D by N, where C is not 6ND. */
function flopsPerToken(records: readonly RunRecord[]): { parameters: number; flops: number }[] | undefined {
  if (records.every(({ parameters, tokens, flops }) => Math.abs(flops / (6 * parameters * tokens) - 1) < 0.01)) {
    return undefined;
  }
  const bySize = new Map(records.map(({ parameters, tokens, flops }) => [parameters, flops / tokens]));
  return [...bySize].sort(([a], [b]) => a - b).map(([parameters, flops]) => ({ parameters, flops }));
}
