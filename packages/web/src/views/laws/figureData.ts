import {
  bootstrapPairsOf,
  drawnBacktest,
  envelopeScalingOf,
  type FigureCounting,
  type FigureSources,
  figuresOf,
  influenceOf,
  kaplanFiguresOf,
  lawComparisonOf,
  profileLikelihoodOf,
  profilesOf,
  residualsOf,
} from "@isoflop/figures";
import { type CountingConvention, publishedLaws } from "@isoflop/laws";
import { fitOfLaw } from "@isoflop/laws/procedures";
import type { PartAnswer } from "../../fitting/protocol.js";
import type { Observed } from "../../state/observations.js";
import type { Told } from "./fitting.js";
import { withFormer, withFormerOptima, withLeftOut } from "./formerLaws.js";

/**
 * The data of every figure that the answers so far support.
 * @param spent the same runs as they were counted when their budgets were spent
 */
export function figureData(
  observed: Observed,
  told: Told,
  compare: readonly string[],
  budget: number,
  spent = observed,
) {
  const { records, holdouts } = observed;
  const names = new Map(Object.entries(observed.names));
  const { fits, full, leftOut, subject } = told;
  const shared = {
    records,
    holdouts,
    names,
    roles: new Map(holdouts.map(({ id, role }) => [id, role])),
    forecast: undefined,
    backtest: told.backtest && drawnBacktest(told.backtest),
    flopsPerToken: spentPerToken(observed, spent),
  };
  const sources = { ...shared, fits, profiles: profilesIn(fits, records) };
  const predicting =
    subject === "kaplan" || subject === "data-constrained"
      ? fitOfLaw(fits, subject === "kaplan" ? "kaplan-model-data" : "data-constrained")
      : fitOfLaw(fits, "chinchilla");
  const subjectFit =
    fits.find((fit) => fit.approach === subject && fit.law !== "kaplan-compute") ??
    fits.find((fit) => fit.law === "isoflop-power-law");
  const flops = records.map((record) => record.flops);
  const laws = publishedLaws.filter(({ name }) => compare.includes(name));
  const trained = [Math.min(...flops), Math.max(...flops)] as const;
  const now = lawFigures(sources, told.parts, told.least);
  const before =
    full.length === 0
      ? now
      : lawFigures(
          { ...shared, fits: full, profiles: profilesIn(full, records) },
          told.parts.map(asBefore),
          told.least && { ...told.least, ...(told.least.part && { part: asBefore(told.least.part) }) },
        );
  const drawn = full.length === 0 ? now : withFormer(now, before);
  const comparison = lawComparisonOf(comparedOf(fits), laws, trained, budget);
  return {
    ...drawn,
    isoflopProfiles: drawn.isoflopProfiles && withLeftOut(drawn.isoflopProfiles, records, leftOut, names),
    residuals: predicting && residualsOf(predicting, sources),
    isoflopSlices: drawn.lossContours,
    profileLikelihood: told.profiles && profileLikelihoodOf(told.profiles),
    bootstrapPairs: subjectFit && bootstrapPairsOf(subjectFit),
    influence:
      subjectFit && told.influence ? influenceOf(subjectFit, told.influence.without, records, names) : undefined,
    lawComparison:
      comparison.laws.length === 0
        ? undefined
        : withFormerOptima(comparison, lawComparisonOf(comparedOf(full), [], trained, budget)),
  };
}

/** The figures of laws, by these fits. */
function lawFigures(sources: FigureSources, parts: readonly PartAnswer[], least: Told["least"]) {
  const { fits, records, names } = sources;
  const envelope = fitOfLaw(fits, "envelope-power-law");
  const steps = least?.part?.fit;
  return {
    ...figuresOf(sources),
    envelopeScaling: envelope && envelopeScalingOf(envelope, names),
    ...kaplanFiguresOf({
      records,
      names,
      compute: fitOfLaw(fits, "kaplan-compute"),
      modelData: fitOfLaw(fits, "kaplan-model-data"),
      parts,
      ...(least && { least: { curves: least.curves, ...(steps && { fit: steps }) } }),
    }),
  };
}

const profilesIn = (fits: Told["fits"], records: Observed["records"]) =>
  fitOfLaw(fits, "isoflop-power-law")?.profiles ?? profilesOf(records);

/** A law by itself as it was with all runs; the same where none of its rows is left out. */
const asBefore = (part: PartAnswer): PartAnswer => (part.former ? { ...part, fit: part.former } : part);

const comparedOf = (fits: Told["fits"]) =>
  fits.flatMap((fit) =>
    fit.law === "kaplan-compute" ? [] : [{ name: fit.law === "chinchilla" ? "Approach 3" : nameOf(fit.law), fit }],
  );

/** FLOPs per token by N, as the budgets were spent: along them lie the runs of a budget. Undefined where they are 6N. */
function spentPerToken({ records }: Observed, own: Observed) {
  const bySize = new Map(
    own.records.map(({ parameters, tokens, flops }, index) => [
      records[index]?.parameters ?? parameters,
      flops / tokens,
    ]),
  );
  const sizes = [...bySize].map(([parameters, flops]) => ({ parameters, flops }));
  if (sizes.every(({ parameters, flops }) => Math.abs(flops / (6 * parameters) - 1) < 0.01)) return undefined;
  return sizes.sort((a, b) => a.parameters - b.parameters);
}

/** What figures are to say of a convention: nothing of the usual one. */
export function figureCounting({ parameters, flops }: CountingConvention): FigureCounting | undefined {
  const counting: FigureCounting = {
    ...(parameters === "non-embedding" && { parameters }),
    ...((flops === "kaplan" || flops === "hoffmann") && { flops }),
  };
  return Object.keys(counting).length === 0 ? undefined : counting;
}

const NAMES: Readonly<Record<string, string>> = {
  "envelope-power-law": "Approach 1",
  "isoflop-power-law": "Approach 2",
  "kaplan-model-data": "Kaplan L(N, D)",
  "data-constrained": "data-constrained",
};
const nameOf = (law: string): string => NAMES[law] ?? law;

export type FigureDataOf = ReturnType<typeof figureData>;
