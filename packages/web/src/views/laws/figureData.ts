import {
  bootstrapPairsOf,
  drawnBacktest,
  envelopeScalingOf,
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
import { publishedLaws } from "@isoflop/laws";
import { fitOfLaw } from "@isoflop/laws/procedures";
import type { LawProfiles } from "../../fitting/protocol.js";
import { subjectFits } from "../../fitting/subjectFits.js";
import type { Observed } from "../../state/observations.js";
import type { Told } from "./fitting.js";

/** The data of every figure that the answers so far support. */
export function figureData(
  observed: Observed,
  told: Told,
  compare: readonly string[],
  budget: number,
  influenced: InfluencedQuantity,
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
    backtest: told.backtest && drawnBacktest(told.backtest),
    flopsPerToken: undefined,
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
    fit.law === "kaplan-compute" ? [] : [{ name: fit.law === "chinchilla" ? "Approach 3" : nameOf(fit.law), fit }],
  );
  const laws = publishedLaws.filter(({ name }) => compare.includes(name));
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
      ...(told.least && {
        least: { curves: told.least.curves, ...(told.least.part?.fit && { fit: told.least.part.fit }) },
      }),
    }),
    frontierResiduals: frontier && frontierResidualsOf(frontier, names),
    profileLikelihood: told.profiles && profilesOfLaws(told.profiles, fits, budget),
    bootstrapPairs: subjectFit && bootstrapPairsOf(subjectFit),
    // A procedure that does not tell the quantity asked for is shown by its exponent.
    influence: influencedOf(influenced) ?? influencedOf("a"),
    influenced: INFLUENCED.filter((name) => subjectFit && influencedQuantities(subjectFit, budget)[name] !== undefined),
    lawComparison:
      compared.length + laws.length === 0
        ? undefined
        : lawComparisonOf(compared, laws, [Math.min(...flops), Math.max(...flops)], budget),
  };
}

/** The profiles of all laws of a procedure, as one figure. */
function profilesOfLaws(profiles: readonly LawProfiles[], fits: Told["fits"], budget: number): ProfileLikelihoodData {
  const each = profiles.map(({ law, curves }) => profileLikelihoodOf(curves, fitOfLaw(fits, law), budget));
  return { ...each[0], flops: budget, parameters: each.flatMap(({ parameters }) => parameters) };
}

const NAMES: Readonly<Record<string, string>> = {
  "envelope-power-law": "Approach 1",
  "isoflop-power-law": "Approach 2",
  "kaplan-model-data": "Kaplan L(N, D)",
  "data-constrained": "data-constrained",
};
const nameOf = (law: string): string => NAMES[law] ?? law;

export type FigureDataOf = ReturnType<typeof figureData>;
