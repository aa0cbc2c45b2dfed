import {
  bootstrapPairsOf,
  drawnBacktest,
  envelopeScalingOf,
  type FigureCounting,
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
import { fitOfLaw } from "@isoflop/laws/procedures";
import type { LawProfiles } from "../../fitting/protocol.js";
import { subjectFits } from "../../fitting/subjectFits.js";
import type { Locale } from "../../i18n/locale.js";
import { titleOf } from "../../i18n/publishedLaws.js";
import type { Observed } from "../../state/observations.js";
import type { Told } from "./fitting.js";
import { lawsTexts } from "./lawsTexts.js";

/**
 * The data of every figure that the answers so far support.
 * @param spent the same runs as they were counted when their budgets were spent
 */
export function figureData(
  observed: Observed,
  told: Told,
  compare: readonly string[],
  budget: number,
  language: Locale,
  influenced: InfluencedQuantity,
  spent = observed,
) {
  const { records, holdouts } = observed;
  const names = new Map(Object.entries(observed.names));
  const { fits, subject } = told;
  const sources = {
    fits,
    profiles: fitOfLaw(fits, "isoflop-power-law")?.profiles ?? profilesOf(records),
    records,
    holdouts,
    names,
    roles: new Map(holdouts.map(({ id, role }) => [id, role])),
    forecast: undefined,
    backtest: told.backtest && drawnBacktest(told.backtest, undefined, undefined, language),
    flopsPerToken: spentPerToken(observed, spent),
    language,
  } as const;
  const envelope = fitOfLaw(fits, "envelope-power-law");
  const predicting =
    subject === "kaplan" || subject === "data-constrained"
      ? fitOfLaw(fits, subject === "kaplan" ? "kaplan-model-data" : "data-constrained")
      : fitOfLaw(fits, "chinchilla");
  const subjects = subject === undefined ? [] : subjectFits(fits, subject);
  const subjectFit = subjects.find((fit) => fit.law !== "kaplan-compute");
  const frontier = subject === "1" ? envelope : (fitOfLaw(fits, "isoflop-power-law") ?? envelope);
  const influencedOf = (quantity: InfluencedQuantity) =>
    subjectFit && told.influence
      ? influenceOf(subjectFit, told.influence.without, records, names, quantity, budget)
      : undefined;
  const flops = records.map((record) => record.flops);
  const compared = fits.flatMap((fit) =>
    fit.law === "kaplan-compute" ? [] : [{ name: lawsTexts[language].names[fit.law] ?? fit.law, fit }],
  );
  const laws = publishedLaws
    .filter(({ name }) => compare.includes(name))
    .map((law) => ({ ...law, title: titleOf(law, language) }));
  const own = figuresOf(sources);
  return {
    ...own,
    residuals: predicting && residualsOf(predicting, sources),
    isoflopSlices: own.lossContours,
    envelopeScaling: envelope && envelopeScalingOf(envelope, names),
    ...kaplanFiguresOf({
      records,
      names,
      compute: fitOfLaw(fits, "kaplan-compute"),
      modelData: fitOfLaw(fits, "kaplan-model-data"),
      parts: told.parts,
      ...(told.least && { least: told.least }),
    }),
    frontierResiduals: frontier && frontierResidualsOf(frontier, names),
    profileLikelihood: told.profiles && profilesOfLaws(told.profiles, fits, budget),
    bootstrapPairs: subjectFit && bootstrapPairsOf(subjectFit),
    // A procedure that does not tell the quantity asked for is shown by its exponent.
    influence: influencedOf(influenced) ?? influencedOf("a"),
    influenced: INFLUENCED.filter((name) => subjectFit && influencedQuantities(subjectFit, budget)[name] !== undefined),
    lawComparison:
      flops.length === 0 || compared.length + laws.length === 0
        ? undefined
        : lawComparisonOf(compared, laws, [Math.min(...flops), Math.max(...flops)], budget),
  };
}

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
