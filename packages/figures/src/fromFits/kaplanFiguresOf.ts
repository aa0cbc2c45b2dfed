import { formatFlops, type KaplanComputeFit, type KaplanModelDataFit, type RunRecord } from "@isoflop/laws";
import { type FittedRows, type LeastFit, namedDraws } from "@isoflop/laws/procedures";
import type { CriticalBatchData, KaplanAllocationData, KaplanLawsData, KaplanPanel, KaplanSizesData } from "../data.js";
import { logSpace } from "../ticks.js";
import { bandOf, FEWEST_DRAWS } from "./allocationLaw.js";
import { criticalBatchOf } from "./criticalBatchOf.js";
import { curvesOf } from "./figuresOf.js";
import { kaplanAllocationOf } from "./kaplanAllocationOf.js";
import { named } from "./names.js";

/** What the figures of Kaplan et al. 2020 are drawn from. */
export interface KaplanSources {
  readonly records: readonly RunRecord[];
  readonly names: ReadonlyMap<string, string>;
  readonly compute: KaplanComputeFit | undefined;
  readonly modelData: KaplanModelDataFit | undefined;
  readonly parts: readonly FittedRows[];
  /** L(N, S_min), where a critical batch is known. */
  readonly least?: Pick<LeastFit, "curves" | "fit" | "batchHeld">;
}

/** What of the figures of Kaplan et al. 2020 these runs support. */
export interface KaplanFigures {
  readonly kaplanLaws?: KaplanLawsData;
  readonly kaplanSizes?: KaplanSizesData;
  readonly criticalBatch?: CriticalBatchData;
  readonly kaplanAllocation?: KaplanAllocationData;
}

export function kaplanFiguresOf(sources: KaplanSources): KaplanFigures {
  const compute = sources.compute && computePanel(sources.compute, sources);
  const tokens = panelOf("kaplan-data", "D", sources);
  const parameters = panelOf("kaplan-parameters", "N", sources);
  const data = sizesByData(sources);
  const steps = sizesBySteps(sources);
  const batch = criticalBatchOf(sources.parts, sources.names);
  const allocation = kaplanAllocationOf(sources);
  return {
    ...(compute || tokens || parameters
      ? {
          kaplanLaws: {
            ...(compute && { compute }),
            ...(tokens && { tokens }),
            ...(parameters && { parameters }),
          },
        }
      : {}),
    ...(data || steps ? { kaplanSizes: { ...(data && { data }), ...(steps && { steps }) } } : {}),
    ...(batch && { criticalBatch: batch }),
    ...(allocation && { kaplanAllocation: allocation }),
  };
}

/** y = (scale / x)^exponent with its band, from a fit's parameters and draws. */
function scaleLaw(fit: NonNullable<FittedRows["fit"]>, scale: string, exponent: string, xs: readonly number[]) {
  const draws = namedDraws<string>(fit.draws);
  const value = (p: Readonly<Record<string, number>>, x: number): number =>
    ((p[scale] ?? Number.NaN) / x) ** (p[exponent] ?? Number.NaN);
  const interval = fit.intervals95[exponent];
  return {
    scale: fit.parameters[scale] ?? Number.NaN,
    exponent: fit.parameters[exponent] ?? Number.NaN,
    ...(interval && { exponentInterval: interval }),
    ...(draws.length < FEWEST_DRAWS
      ? {}
      : {
          band: logSpace(Math.min(...xs), Math.max(...xs), 30).map((x) => ({
            x,
            ...bandOf(draws.map((p) => value(p, x))),
          })),
        }),
  };
}

function computePanel(
  fit: KaplanComputeFit,
  { records, names }: KaplanSources,
): NonNullable<KaplanLawsData["compute"]> {
  return {
    points: fit.frontier.map(({ flops, loss }) => {
      const run = records.find((record) => record.flops === flops && record.loss === loss);
      return {
        ...(run && { id: run.id }),
        name: run === undefined ? `${formatFlops(flops)} FLOPs` : (names.get(run.id) ?? run.id),
        x: flops,
        loss,
      };
    }),
    law: scaleLaw(
      fit,
      "Cc",
      "alphaC",
      fit.frontier.map(({ flops }) => flops),
    ),
    curves: curvesOf({ records, names }),
  };
}

function panelOf(part: string, input: "N" | "D", { parts, names }: KaplanSources): KaplanPanel | undefined {
  const found = parts.find(({ name }) => name === part);
  if (found === undefined || found.rows.length === 0) return undefined;
  return {
    points: found.rows.map(({ inputs, y, run }) => ({
      ...named(run, names),
      x: inputs[input] ?? Number.NaN,
      loss: y,
    })),
    ...(found.fit && {
      law: scaleLaw(
        found.fit,
        `${input}c`,
        `alpha${input}`,
        found.rows.map(({ inputs }) => inputs[input] ?? Number.NaN),
      ),
    }),
  };
}

/** By the part of a study that is for it; else by the L(N, D) that is fitted to all runs. */
function sizesByData({ parts, modelData, records, names }: KaplanSources): KaplanSizesData["data"] {
  const part = parts.find(({ name }) => name === "kaplan-model-data-converged");
  const fit = part?.fit ?? modelData;
  if (fit === undefined) return undefined;
  const { Nc = 1, Dc = 1, alphaN = 1, alphaD = 1 }: Readonly<Record<string, number>> = fit.parameters;
  const of = (name: "Nc" | "Dc" | "alphaN" | "alphaD") => fit.intervals95[name];
  const intervals = (["alphaN", "alphaD"] as const).flatMap((name) => {
    const interval = of(name);
    return interval === undefined ? [] : [[name, interval] as const];
  });
  return {
    law: { Nc, Dc, alphaN, alphaD },
    ...(part?.fit && { stoppedEarly: true }),
    ...(intervals.length > 0 && { intervals95: Object.fromEntries(intervals) }),
    runs:
      part?.fit === undefined
        ? records.map(({ id, parameters, tokens, loss }) => ({ ...named(id, names), parameters, tokens, loss }))
        : part.rows.map(({ inputs, y, run }) => ({
            ...named(run, names),
            parameters: inputs.N ?? Number.NaN,
            tokens: inputs.D ?? Number.NaN,
            loss: y,
          })),
  };
}

function sizesBySteps({ least, names }: KaplanSources): KaplanSizesData["steps"] {
  if (least?.fit === undefined) return undefined;
  const { Nc = 1, Sc = 1, alphaN = 1, alphaS = 1 } = least.fit.parameters;
  const { intervals95 } = least.fit;
  return {
    law: { Nc, Sc, alphaN, alphaS },
    ...(intervals95.alphaN && intervals95.alphaS
      ? { intervals95: { alphaN: intervals95.alphaN, alphaS: intervals95.alphaS } }
      : {}),
    runs: least.curves.map(({ id, parameters, points }) => ({ ...named(id, names), parameters, curve: points })),
  };
}
