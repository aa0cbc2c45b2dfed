import {
  type DataConstrainedFit,
  fitProfile,
  hoffmannApproach1,
  type IsoflopFit,
  type IsoflopProfile,
  type KaplanComputeFit,
  type LossFit,
  type Optimum,
  type OptimumIntervals,
  optimumBy,
  type ParametricFit,
  publishedLaws,
  publishedModels,
  type RunRecord,
  TOKENS_WHATEVER_THE_SIZE,
} from "@isoflop/laws";
import { type ApproachFit, fitOfLaw } from "@isoflop/laws/procedures";
import type {
  BacktestErrorsData,
  IsoflopProfile as DrawnProfile,
  FiguresData,
  HoldoutRole,
  MinimumStatus,
  RunPoint,
} from "../data.js";
import type { Language } from "../language.js";
import { logSpace } from "../ticks.js";
import { allocationLaw } from "./allocationLaw.js";
import { roleName } from "./names.js";

/** A forecast as it was stated, one entry a held-out budget. */
export interface StatedForecast {
  readonly budgets: readonly {
    readonly budget: number;
    readonly optimum: Optimum;
    readonly intervals95?: Partial<OptimumIntervals>;
  }[];
}

/** What the figures are drawn from. */
export interface FigureSources {
  readonly fits: readonly ApproachFit[];
  readonly profiles: readonly IsoflopProfile[];
  readonly records: readonly RunRecord[];
  readonly holdouts: readonly RunRecord[];
  readonly names: ReadonlyMap<string, string>;
  readonly roles: ReadonlyMap<string, `holdout-${HoldoutRole}` | "fit">;
  /** Of a study that has stated one. */
  readonly forecast: StatedForecast | undefined;
  readonly backtest: BacktestErrorsData | undefined;
  /** FLOPs per token by N, where C is not 6ND. */
  readonly flopsPerToken: readonly { readonly parameters: number; readonly flops: number }[] | undefined;
  /** Of the names that are made here (default: "en"). */
  readonly language?: Language;
}

export function minimumStatus(profile: IsoflopProfile): MinimumStatus {
  return profile.status === "used" ? "fitted" : profile.status === "edge" ? "edge" : "unfitted";
}

/** The profiles of a design whose minima are too few for Approach 2: shown, and fitted by nothing. */
export function profilesOf(records: readonly RunRecord[]): IsoflopProfile[] {
  const budgets = [...new Set(records.flatMap(({ budget }) => budget ?? []))].sort((a, b) => a - b);
  return budgets.map((budget) =>
    fitProfile(
      budget,
      records.filter((record) => record.budget === budget),
    ),
  );
}

/** The data of every figure that these fits support. */
export function figuresOf(sources: FigureSources): FiguresData {
  const { fits } = sources;
  const isoflop = fitOfLaw(fits, "isoflop-power-law");
  const parametric = fitOfLaw(fits, "chinchilla");
  const kaplan = fitOfLaw(fits, "kaplan-compute");
  return {
    ...(sources.records.some((record) => (record.curve?.length ?? 0) > 2)
      ? { trainingCurves: trainingCurves(sources) }
      : {}),
    ...(sources.profiles.length === 0
      ? {}
      : { isoflopProfiles: { profiles: sources.profiles.map((p) => drawnProfile(p, sources)) } }),
    ...(isoflop === undefined ? {} : { optimumScaling: optimumScaling(isoflop, sources) }),
    ...(parametric === undefined
      ? {}
      : { lossContours: lossContours(parametric, sources), residuals: residualsOf(parametric, sources) }),
    ...(kaplan === undefined ? {} : { kaplanCompute: kaplanCompute(kaplan, sources) }),
    ...(sources.backtest === undefined ? {} : { backtestErrors: sources.backtest }),
    publishedModels: {
      // The first is the one that the caption compares the models with: the paper's own choice for its Figure 1.
      laws: [hoffmannApproach1, ...publishedLaws.filter((law) => law !== hoffmannApproach1)].map((law) => ({
        name: law.title,
        optima: logSpace(1e20, 1e26, 25).map((flops) => law.optimum(flops)),
      })),
      models: publishedModels.map(({ name, parameters, tokens }) => ({ name, parameters, tokens })),
      fixedTokens: TOKENS_WHATEVER_THE_SIZE,
    },
  };
}

function point(record: RunRecord, sources: FigureSources): RunPoint {
  const { parameters, tokens, flops, loss, budget } = record;
  const role = sources.roles.get(record.id) ?? "fit";
  const name = role === "fit" ? (sources.names.get(record.id) ?? record.id) : roleName(role, sources);
  return { id: record.id, name, parameters, tokens, flops, loss, ...(budget === undefined ? {} : { budget }) };
}

/** The training curves of runs that have one. */
export function curvesOf({ records, names }: Pick<FigureSources, "records" | "names">) {
  return records
    .filter((record) => (record.curve?.length ?? 0) > 2)
    .map((record) => ({
      id: record.id,
      name: names.get(record.id) ?? record.id,
      parameters: record.parameters,
      curve: record.curve ?? [],
    }));
}

function trainingCurves(sources: FigureSources) {
  const envelope = fitOfLaw(sources.fits, "envelope-power-law")?.envelope ?? [];
  return { runs: curvesOf(sources), frontier: envelope.map(({ flops, loss }) => ({ flops, loss })) };
}

function drawnProfile(profile: IsoflopProfile, { names }: FigureSources): DrawnProfile {
  const { vertex, coefficients, budget } = profile;
  const curvature = coefficients?.[2] ?? 0;
  return {
    budget,
    points: profile.points.map(({ id, parameters, loss }) => ({ id, name: names.get(id) ?? id, parameters, loss })),
    ...(vertex === undefined || curvature <= 0
      ? {}
      : {
          parabola: { parameters: vertex.parameters, loss: vertex.loss, curvature },
          minimum: { parameters: vertex.parameters, loss: vertex.loss, status: minimumStatus(profile) },
        }),
  };
}

/**
 * Where a budget's minimum lies on the axis of compute: at the budget, unless C is counted otherwise than the budget was spent. There the
 * law is fitted to.
 */
function placeOf({ budget, vertex }: IsoflopProfile): number {
  return vertex === undefined || Math.abs(Math.log(vertex.flops / budget)) < 0.05 ? budget : vertex.flops;
}

function optimumScaling(fit: IsoflopFit, sources: FigureSources) {
  const budgets = fit.profiles.map(placeOf);
  const [stated] = sources.forecast?.budgets ?? [];
  const reach = logSpace(Math.min(...budgets), Math.max(...budgets, stated?.budget ?? 0), 40);
  return {
    minima: fit.profiles.flatMap((profile) =>
      profile.vertex === undefined
        ? []
        : [
            {
              budget: placeOf(profile),
              parameters: profile.vertex.parameters,
              tokens: profile.vertex.tokens,
              status: minimumStatus(profile),
            },
          ],
    ),
    parametersLaw: allocationLaw(fit, "parameters", reach),
    tokensLaw: allocationLaw(fit, "tokens", reach),
    ...(stated === undefined
      ? {}
      : {
          forecast: {
            flops: stated.budget,
            parameters: stated.optimum.parameters,
            tokens: stated.optimum.tokens,
            ...(stated.intervals95 === undefined
              ? {}
              : { parametersInterval: stated.intervals95.parameters, tokensInterval: stated.intervals95.tokens }),
          },
        }),
    heldOut: sources.holdouts.map((record) => {
      const { name, flops, parameters, tokens } = point(record, sources);
      return { id: record.id, label: name, flops, parameters, tokens };
    }),
  };
}

function lossContours(fit: ParametricFit, sources: FigureSources) {
  const budgets = [...new Set(sources.records.flatMap((record) => record.budget ?? []))].sort((a, b) => a - b);
  const all = [...budgets, ...(sources.forecast?.budgets.map(({ budget }) => budget) ?? [])];
  const range = all.length > 0 ? all : sources.records.map((record) => record.flops);
  return {
    law: fit.parameters,
    runs: sources.records.map((record) => point(record, sources)),
    heldOut: sources.holdouts.map((record) => point(record, sources)),
    frontier: logSpace(Math.min(...range), Math.max(...range), 40).map((flops) =>
      optimumBy(fit, fit.parameters, flops),
    ),
    budgets: all,
    ...(sources.flopsPerToken === undefined ? {} : { flopsPerToken: sources.flopsPerToken }),
  };
}

/** What a law that predicts every run misses each of them by. */
export function residualsOf(fit: LossFit | DataConstrainedFit, sources: FigureSources) {
  const predicted = new Map(fit.residuals.map((residual) => [residual.id, residual.predicted]));
  return {
    law: fit.law,
    runs: sources.records.flatMap((record) => {
      const value = predicted.get(record.id);
      return value === undefined ? [] : [{ ...point(record, sources), predicted: value }];
    }),
  };
}

function kaplanCompute(fit: KaplanComputeFit, sources: FigureSources) {
  const interval = fit.intervals95.alphaC;
  const held = sources.holdouts.find((record) => sources.roles.get(record.id) === "holdout-optimum");
  return {
    curves: curvesOf(sources),
    minima: fit.frontier.map(({ flops, loss }) => ({ flops, loss })),
    law: {
      criticalFlops: fit.parameters.Cc,
      exponent: fit.parameters.alphaC,
      ...(interval === undefined ? {} : { exponentInterval: interval }),
    },
    ...(held === undefined
      ? {}
      : { heldOut: { label: roleName("holdout-optimum", sources), flops: held.flops, loss: held.loss } }),
  };
}
