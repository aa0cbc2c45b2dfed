import {
  bootstrapPairsOf,
  drawnBacktest,
  envelopeScalingOf,
  figuresOf,
  influenceOf,
  kaplanFiguresOf,
  lawComparisonOf,
  profileLikelihoodOf,
  profilesOf,
  residualsOf,
} from "@isoflop/figures";
import { publishedLaws } from "@isoflop/laws";
import { fitOfLaw } from "@isoflop/laws/procedures";
import type { Observed } from "../../state/observations.js";
import type { Told } from "./fitting.js";

/** The data of every figure that the answers so far support. */
export function figureData(observed: Observed, told: Told, compare: readonly string[], budget: number) {
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
  const subjectFit =
    fits.find((fit) => fit.approach === subject && fit.law !== "kaplan-compute") ??
    fits.find((fit) => fit.law === "isoflop-power-law");
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
      ...(told.least && { least: told.least }),
    }),
    profileLikelihood: told.profiles && profileLikelihoodOf(told.profiles),
    bootstrapPairs: subjectFit && bootstrapPairsOf(subjectFit),
    influence:
      subjectFit && told.influence ? influenceOf(subjectFit, told.influence.without, records, names) : undefined,
    lawComparison:
      flops.length === 0 || compared.length + laws.length === 0
        ? undefined
        : lawComparisonOf(compared, laws, [Math.min(...flops), Math.max(...flops)], budget),
  };
}

const NAMES: Readonly<Record<string, string>> = {
  "envelope-power-law": "Approach 1",
  "isoflop-power-law": "Approach 2",
  "kaplan-model-data": "Kaplan L(N, D)",
  "data-constrained": "data-constrained",
};
const nameOf = (law: string): string => NAMES[law] ?? law;

export type FigureDataOf = ReturnType<typeof figureData>;
