import {
  type CriticalBatchParameterName,
  type FitResult,
  formatFlops,
  type KaplanComputeFit,
  type KaplanModelDataFit,
  kaplanComputeExponent,
  kaplanEfficient,
  type LawRow,
  type Parameters,
  kaplanAllocation as published,
  type RunRecord,
} from "@isoflop/laws";
import type { CriticalBatchData, KaplanAllocationData, KaplanLawsData, KaplanPanel, KaplanSizesData } from "../data.js";
import { logSpace } from "../ticks.js";
import { bandOf, namedDraws } from "./allocationLaw.js";
import { curvesOf } from "./figuresOf.js";
import { efficientRuns, type LeastCurve } from "./leastSteps.js";

/** A law by itself with the rows that it was fitted to; without a fit where these were too few. */
export interface FittedRows {
  /** As a study keeps it: "kaplan-parameters", "kaplan-data", "kaplan-model-data-converged", "critical-batch-noise", …. */
  readonly name: string;
  readonly rows: readonly LawRow[];
  readonly fit?: Pick<FitResult, "parameters" | "intervals95" | "draws">;
}

/** What the figures of Kaplan et al. 2020 are drawn from. */
export interface KaplanSources {
  readonly records: readonly RunRecord[];
  readonly names: ReadonlyMap<string, string>;
  readonly compute: KaplanComputeFit | undefined;
  readonly modelData: KaplanModelDataFit | undefined;
  readonly parts: readonly FittedRows[];
  /** Training curves over S_min, with the law L(N, S_min) fitted to them. */
  readonly least?: { readonly curves: readonly LeastCurve[]; readonly fit?: FittedRows["fit"] };
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
  const batch = batchOf(sources);
  const allocation = allocationOf(sources);
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
    ...(draws.length < 20
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
  if (found?.fit === undefined) return undefined;
  return {
    points: found.rows.map(({ inputs, y, run }) => ({
      ...named(run, names),
      x: inputs[input] ?? Number.NaN,
      loss: y,
    })),
    law: scaleLaw(
      found.fit,
      `${input}c`,
      `alpha${input}`,
      found.rows.map(({ inputs }) => inputs[input] ?? Number.NaN),
    ),
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

/** The scan of batches measures the critical batch, the noise scale predicts it: where both could be fitted, the scan's law is drawn. */
function batchOf({ parts, names }: KaplanSources): CriticalBatchData | undefined {
  const own = (["critical-batch-scan", "critical-batch-noise"] as const).flatMap((name) => {
    const part = parts.find((one) => one.name === name);
    return part === undefined ? [] : [{ ...part, from: name === "critical-batch-scan" ? "scan" : "noise" } as const];
  });
  const points = own.flatMap(({ rows, from }) =>
    rows.map(({ inputs, y, run }) => ({ ...named(run, names), loss: inputs.L ?? Number.NaN, batch: y, from })),
  );
  if (points.length === 0) return undefined;
  const fit = own.find((part) => part.fit !== undefined)?.fit;
  if (fit === undefined) return { points };
  const { Bstar = 1, alphaB = 1 } = fit.parameters;
  const interval = fit.intervals95.alphaB;
  const draws = namedDraws<CriticalBatchParameterName>(fit.draws);
  const losses = points.map(({ loss }) => loss);
  return {
    points,
    law: {
      Bstar,
      alphaB,
      ...(interval && { alphaBInterval: interval }),
      ...(draws.length < 20
        ? {}
        : {
            band: logSpace(Math.min(...losses), Math.max(...losses), 30).map((loss) => ({
              loss,
              ...bandOf(draws.map((p) => p.Bstar / loss ** (1 / p.alphaB))),
            })),
          }),
    },
  };
}

/** N ∝ C_min^(alpha_C/alpha_N), S_min ∝ C_min^(alpha_C/alpha_S): Kaplan et al. 2020, equation 6.5, beside the runs that were best. */
function allocationOf({ least, parts, names }: KaplanSources): KaplanAllocationData | undefined {
  const batch = batchParametersOf(parts);
  if (least?.fit === undefined || batch === undefined) return undefined;
  const { Nc = 1, Sc = 1, alphaN = 1, alphaS = 1 } = least.fit.parameters;
  const curve = { Nc, Sc, alphaN, alphaS };
  const points = efficientRuns(least.curves).map(({ id, ...point }) => ({ ...named(id, names), ...point }));
  const at = points[0]?.flops ?? least.curves[0]?.points.at(-1)?.flops;
  if (at === undefined) return undefined;
  const exponent = kaplanComputeExponent(curve, batch);
  const { parameters, steps } = kaplanEfficient(curve, batch, at);
  const law = (value: number, power: number) => ({ coefficient: value / at ** power, exponent: power });
  const pfDay = 8.64e19;
  return {
    points,
    parametersLaw: law(parameters, exponent / alphaN),
    stepsLaw: law(steps, exponent / alphaS),
    published: {
      name: "Kaplan et al. 2020, Table 6",
      parametersLaw: { coefficient: published.parametersAtOnePfDay / pfDay ** published.a, exponent: published.a },
      stepsLaw: {
        coefficient: published.stepsAtOnePfDay / pfDay ** published.stepsExponent,
        exponent: published.stepsExponent,
      },
    },
  };
}

/** B_crit(L) by the scan where it could be fitted, else by the noise scale. */
export function batchParametersOf(parts: readonly FittedRows[]): Parameters<CriticalBatchParameterName> | undefined {
  const fit = ["critical-batch-scan", "critical-batch-noise"]
    .map((name) => parts.find((part) => part.name === name)?.fit)
    .find((one) => one !== undefined);
  const { Bstar, alphaB } = fit?.parameters ?? {};
  return Bstar === undefined || alphaB === undefined ? undefined : { Bstar, alphaB };
}

function named(id: string | undefined, names: ReadonlyMap<string, string>): { id?: string; name: string } {
  return id === undefined ? { name: "" } : { id, name: names.get(id) ?? id };
}
