import {
  bootstrapPairsOf,
  drawnBacktest,
  envelopeScalingOf,
  estimatesOf,
  type FigureCounting,
  type FigureSources,
  figuresOf,
  frontierResidualsOf,
  INFLUENCED,
  type InfluencedQuantity,
  influencedQuantities,
  influenceOf,
  kaplanFiguresOf,
  lawComparisonOf,
  type ProfileLikelihoodData,
  profileLikelihoodOf,
  profilesOf,
  residualsOf,
} from "@isoflop/figures";
import { type CountingConvention, publishedLaws } from "@isoflop/laws";
import { fitOfLaw, type LeastFit } from "@isoflop/laws/procedures";
import { asBefore } from "../../fitting/asBefore.js";
import type { LawProfiles, PartAnswer } from "../../fitting/protocol.js";
import { subjectFits } from "../../fitting/subjectFits.js";
import type { Locale } from "../../i18n/locale.js";
import { titleOf } from "../../i18n/publishedLaws.js";
import type { Observed } from "../../state/observations.js";
import type { Told } from "./fitting.js";
import { withFormer, withFormerEstimates, withFormerOptima, withLeftOut } from "./formerLaws.js";

export interface FigureChoices {
  /** Published laws to compare with, by name. */
  readonly compare: readonly string[];
  /** The budget at which laws are told, FLOPs. */
  readonly budget: number;
  readonly language: Locale;
  /** What laws are called, by the name of the law. */
  readonly lawNames: Readonly<Record<string, string>>;
  readonly influenced: InfluencedQuantity;
  /** The same runs as they were counted when their budgets were spent. */
  readonly spent?: Observed;
}

/** The data of every figure that the answers so far support. */
export function figureData(observed: Observed, told: Told, choices: FigureChoices) {
  const { compare, budget, language, lawNames, influenced, spent = observed } = choices;
  const { records, holdouts } = observed;
  const names = new Map(Object.entries(observed.names));
  const { fits, full, leftOut, subject } = told;
  const shared = {
    records,
    holdouts,
    names,
    roles: new Map(holdouts.map(({ id, role }) => [id, role])),
    forecast: undefined,
    backtest: told.backtest && drawnBacktest(told.backtest, undefined, undefined, language),
    flopsPerToken: spentPerToken(observed, spent),
    language,
  };
  const sources = { ...shared, fits, profiles: profilesIn(fits, records) };
  const predicting =
    subject === "kaplan" || subject === "data-constrained"
      ? fitOfLaw(fits, subject === "kaplan" ? "kaplan-model-data" : "data-constrained")
      : fitOfLaw(fits, "chinchilla");
  const subjects = subject === undefined ? [] : subjectFits(fits, subject);
  const subjectFit = subjects.find((fit) => fit.law !== "kaplan-compute");
  const envelope = fitOfLaw(fits, "envelope-power-law");
  const frontier = subject === "1" ? envelope : (fitOfLaw(fits, "isoflop-power-law") ?? envelope);
  const wholeFits = subject === undefined ? [] : subjectFits(full, subject);
  const wholeFit = wholeFits.find(({ law }) => law === subjectFit?.law);
  const formerly = Object.fromEntries(wholeFits.flatMap((fit) => Object.entries(estimatesOf(fit, budget))));
  const quantities = subjectFit ? influencedQuantities(subjectFit, budget) : {};
  const formerQuantities = wholeFit ? influencedQuantities(wholeFit, budget) : {};
  const influencedOf = (quantity: InfluencedQuantity) => {
    if (subjectFit === undefined || told.influence === undefined) return undefined;
    const data = influenceOf(subjectFit, told.influence.without, records, names, quantity, budget);
    const former = formerQuantities[quantity];
    return data && { ...data, ...(former !== undefined && { former }) };
  };
  const pairs = subjectFit && bootstrapPairsOf(subjectFit);
  const flops = records.map((record) => record.flops);
  const laws = publishedLaws
    .filter(({ name }) => compare.includes(name))
    .map((law) => ({ ...law, title: titleOf(law, language) }));
  const trained = [Math.min(...flops), Math.max(...flops)] as const;
  const now = lawFigures(sources, told.parts, told.least);
  const before =
    full.length === 0
      ? now
      : lawFigures(
          { ...shared, fits: full, profiles: profilesIn(full, records) },
          told.parts.map(asBefore),
          told.least?.former ?? told.least,
        );
  const drawn = full.length === 0 ? now : withFormer(now, before);
  const comparison =
    flops.length === 0 ? undefined : lawComparisonOf(comparedOf(fits, lawNames), laws, trained, budget);
  return {
    ...drawn,
    isoflopProfiles: drawn.isoflopProfiles && withLeftOut(drawn.isoflopProfiles, records, leftOut, names),
    residuals: predicting && residualsOf(predicting, sources),
    isoflopSlices: drawn.lossContours,
    frontierResiduals: frontier && frontierResidualsOf(frontier, names),
    profileLikelihood: told.profiles && withFormerEstimates(profilesOfLaws(told.profiles, fits, budget), formerly),
    bootstrapPairs: pairs && withFormerEstimates(pairs, wholeFit ? estimatesOf(wholeFit, budget) : {}),
    // A procedure that does not tell the quantity asked for is shown by its exponent.
    influence: influencedOf(influenced) ?? influencedOf("a"),
    influenced: INFLUENCED.filter((name) => quantities[name] !== undefined),
    lawComparison:
      comparison === undefined || comparison.laws.length === 0
        ? undefined
        : withFormerOptima(comparison, lawComparisonOf(comparedOf(full, lawNames), [], trained, budget)),
  };
}

/** The figures of laws, by these fits. */
function lawFigures(
  sources: FigureSources,
  parts: readonly PartAnswer[],
  least: Pick<LeastFit, "curves" | "fit" | "batchHeld"> | undefined,
) {
  const { fits, records, names } = sources;
  const envelope = fitOfLaw(fits, "envelope-power-law");
  return {
    ...figuresOf(sources),
    envelopeScaling: envelope && envelopeScalingOf(envelope, names),
    ...kaplanFiguresOf({
      records,
      names,
      compute: fitOfLaw(fits, "kaplan-compute"),
      modelData: fitOfLaw(fits, "kaplan-model-data"),
      parts,
      ...(least && { least }),
    }),
  };
}

const profilesIn = (fits: Told["fits"], records: Observed["records"]) =>
  fitOfLaw(fits, "isoflop-power-law")?.profiles ?? profilesOf(records);

const comparedOf = (fits: Told["fits"], names: FigureChoices["lawNames"]) =>
  fits.flatMap((fit) => (fit.law === "kaplan-compute" ? [] : [{ name: names[fit.law] ?? fit.law, fit }]));

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

/** The profiles of all laws of a procedure, as one figure. */
function profilesOfLaws(profiles: readonly LawProfiles[], fits: Told["fits"], budget: number): ProfileLikelihoodData {
  const each = profiles.map(({ law, curves }) => profileLikelihoodOf(curves, fitOfLaw(fits, law), budget));
  return { ...each[0], flops: budget, parameters: each.flatMap(({ parameters }) => parameters) };
}

export type FigureDataOf = ReturnType<typeof figureData>;
