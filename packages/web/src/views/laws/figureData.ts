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
import type { Locale } from "../../i18n/locale.js";
import { titleOf } from "../../i18n/publishedLaws.js";
import type { Observed } from "../../state/observations.js";
import type { Told } from "./fitting.js";
import { lawsTexts } from "./lawsTexts.js";

/** The data of every figure that the answers so far support. */
export function figureData(
  observed: Observed,
  told: Told,
  compare: readonly string[],
  budget: number,
  language: Locale,
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
    flopsPerToken: undefined,
    language,
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
      ...(told.least && {
        least: { curves: told.least.curves, ...(told.least.part?.fit && { fit: told.least.part.fit }) },
      }),
    }),
    profileLikelihood: told.profiles && profileLikelihoodOf(told.profiles),
    bootstrapPairs: subjectFit && bootstrapPairsOf(subjectFit),
    influence:
      subjectFit && told.influence ? influenceOf(subjectFit, told.influence.without, records, names) : undefined,
    lawComparison:
      compared.length + laws.length === 0
        ? undefined
        : lawComparisonOf(compared, laws, [Math.min(...flops), Math.max(...flops)], budget),
  };
}

export type FigureDataOf = ReturnType<typeof figureData>;
