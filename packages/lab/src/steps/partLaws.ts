import { type FitWarning, type IsoflopError, isIsoflopError, type LawFit, type RunRecord } from "@isoflop/laws";
import { fitPart, type PartRows, scanRows } from "@isoflop/laws/procedures";
import { partSentences, warnBy } from "@isoflop/laws/statements";
import { criticalBatchRows } from "../runs/criticalBatch.js";
import { readMetrics } from "../runs/metrics.js";
import type { RunState } from "../runs/status.js";
import { type LossCurve, lossCurve, notConverged } from "../runs/validationCurve.js";
import type { ResolvedRuns } from "../study/resolve.js";
import { availableTokens } from "../study/runTotals.js";
import type { Study } from "../study/schema.js";

const warn = warnBy(partSentences);

/** The law of a part, fitted. */
export interface PartFit {
  readonly name: string;
  readonly about: string;
  readonly fit: LawFit;
}

export interface PartFits {
  readonly fits: readonly PartFit[];
  readonly skipped: readonly { readonly law: string; readonly about: string; readonly error: IsoflopError }[];
}

/**
 * The rows of L(N), L(D), L(N, D) and B_crit(L), as far as a Kaplan design's parts have finished runs: equations 1.1, 1.2, 1.5
 * and 5.3 of Kaplan et al. 2020.
 */
export async function partRows(
  parts: NonNullable<ResolvedRuns["parts"]>,
  states: readonly RunState[],
  records: readonly RunRecord[],
  counting: Study["counting"],
): Promise<PartRows[]> {
  const record = new Map(records.map((one) => [one.id, one]));
  const of = (part: keyof typeof parts) => {
    const own = states.flatMap((state) => {
      const its = record.get(state.spec.id);
      return its !== undefined && parts[part]?.includes(its.id) ? [{ state, record: its }] : [];
    });
    return own.sort((a, b) => a.record.parameters - b.record.parameters || a.record.tokens - b.record.tokens);
  };
  const [model, data, batch] = [of("model"), of("data"), of("batch")];
  const curves = await readCurves([...model, ...data, ...batch].map(({ state }) => state));
  const unfinished = (runs: typeof model) =>
    warnNotConverged(
      runs.map(({ state }) => state),
      curves,
    );
  const made: PartRows[] = [];
  const count = counting.parameters === "total" ? [warn("kaplan-count")] : [];
  if (parts.model !== undefined) {
    made.push({
      name: "kaplan-parameters",
      law: "kaplan-parameters",
      about: "Kaplan's L(N): sizes at convergence",
      rows: model.map(({ record: { id, parameters, loss } }) => ({ inputs: { N: parameters }, y: loss, run: id })),
      warnings: [...count, ...unfinished(model)],
      resampled: true,
    });
  }
  if (parts.data !== undefined) {
    made.push({
      name: "kaplan-data",
      law: "kaplan-data",
      about: "Kaplan's L(D): the largest size on nested subsets, stopped early",
      rows: data.map(({ record: { id, loss }, state }) => ({
        inputs: { D: availableTokens(state.spec) },
        y: loss,
        run: id,
      })),
      warnings: unfinished(data),
      resampled: true,
    });
  }
  if (parts.model !== undefined && parts.data !== undefined) {
    made.push({
      name: "kaplan-model-data-converged",
      law: "kaplan-model-data",
      about: "Kaplan's L(N, D): both together, D the unique tokens",
      rows: [...model, ...data].map(({ record: { id, parameters, loss, tokens }, state }) => ({
        inputs: { N: parameters, D: Math.min(tokens, availableTokens(state.spec)) },
        y: loss,
        run: id,
      })),
      warnings: [...count, ...unfinished([...model, ...data])],
      resampled: true,
    });
  }
  if (parts.batch !== undefined) {
    made.push(
      batchScan(
        batch.map(({ state }) => state),
        curves,
      ),
    );
    made.push(await noiseRows(batch.map(({ state }) => state)));
  } else {
    made.push(...(await measuredNoise(states, records)));
  }
  return made;
}

/** B_crit(L) by the noise of finished runs, in a design that has no batches for it: where the study has its runs measure it. */
export async function measuredNoise(
  states: readonly RunState[],
  records: readonly RunRecord[],
  linesOf: typeof readMetrics = readMetrics,
): Promise<PartRows[]> {
  const finished = new Set(records.map(({ id }) => id));
  const measured = states.filter(({ spec }) => spec.gradientNoise !== undefined && finished.has(spec.id));
  return measured.length === 0 ? [] : [await noiseRows(measured, linesOf)];
}

async function noiseRows(states: readonly RunState[], linesOf: typeof readMetrics = readMetrics): Promise<PartRows> {
  const rows = await Promise.all(
    states.map(async ({ spec, folder }) => criticalBatchRows(spec, await linesOf(folder))),
  );
  return {
    name: "critical-batch-noise",
    law: "critical-batch",
    about: "Kaplan's B_crit(L) as the gradient noise scale predicts it",
    rows: rows.flat(),
    warnings: [],
    resampled: true,
  };
}

async function readCurves(states: readonly RunState[]): Promise<ReadonlyMap<string, LossCurve>> {
  const curves = await Promise.all(
    states.map(async ({ spec, folder }) => [spec.id, lossCurve(await readMetrics(folder))] as const),
  );
  return new Map(curves);
}

function warnNotConverged(states: readonly RunState[], curves: ReadonlyMap<string, LossCurve>): FitWarning[] {
  const falling = states.filter(({ spec }) => notConverged(curves.get(spec.id) ?? []));
  const [first] = falling;
  if (first === undefined) return [];
  return [warn("not-converged", { falling: falling.length, runs: states.length, first: first.spec.name })];
}

/** The loss along a ladder's one ray: with D = r N every law of N and D is one of C. */
export function rayRows(ray: number, records: readonly RunRecord[]): PartRows {
  return {
    name: "loss-frontier",
    law: "loss-frontier",
    about: `L(C) along D = ${ray} N`,
    rows: records.map(({ id, flops, loss }) => ({ inputs: { C: flops }, y: loss, run: id })),
    warnings: [],
    resampled: true,
  };
}

/** B_crit at several losses, each by the steps that every batch took to it (equation 5.1). */
function batchScan(states: readonly RunState[], curves: ReadonlyMap<string, LossCurve>): PartRows {
  const scan = states.map(({ spec }) => ({
    run: spec.id,
    seed: spec.seed,
    batchTokens: spec.batch.tokens,
    curve: curves.get(spec.id) ?? [],
  }));
  const resampled = new Set(scan.map(({ seed }) => seed)).size >= 3;
  return {
    name: "critical-batch-scan",
    law: "critical-batch",
    about: "Kaplan's B_crit(L) by the scan of batches",
    rows: scanRows(scan),
    scan,
    resampled,
    warnings: resampled ? [] : [warn("no-intervals/scan")],
  };
}

/** Fits every law that a study's parts have rows for. */
export function fitParts(
  asked: readonly PartRows[],
  options: { readonly resamples: number; readonly seed: number },
): PartFits {
  const fits: PartFit[] = [];
  const skipped: { law: string; about: string; error: IsoflopError }[] = [];
  for (const part of asked) {
    const { name, law, about } = part;
    const fit = fitPart(part, options);
    if (isIsoflopError(fit)) skipped.push({ law, about, error: fit });
    else fits.push({ name, about, fit });
  }
  return { fits, skipped };
}
