import { bootstrapPairsOf, influenceOf, profileLikelihoodOf } from "@isoflop/figures";
import { type CountingConvention, isIsoflopError, likelihoodCurves, type RunRecord } from "@isoflop/laws";
import { type ApproachFit, type FitChoices, fitObservations, fitOfLaw } from "@isoflop/laws/procedures";
import type { ReportFigures, ReportModel } from "../../report/model.js";
import { NAMES } from "./tables.js";

/** What the diagnostics of a report are made from. */
export interface DiagnosticSources {
  readonly fits: readonly ApproachFit[];
  /** Those that were fitted. */
  readonly records: readonly RunRecord[];
  readonly convention: CountingConvention;
  readonly choices: FitChoices;
  readonly names: ReadonlyMap<string, string>;
  /** The procedure that the answer is by. */
  readonly approach: string | undefined;
  /** The budget that the answer is for, FLOPs. */
  readonly budget: number | undefined;
}

/** Refitting without each run in turn: of more runs a report would take minutes. */
const MOST_REFITS = 100;
/** Profiles are searches over all runs, a dozen for each quantity. */
const MOST_PROFILED = 500;
/** A page holds each draw once for each pair of parameters and each width. */
const DRAWN = 200;

/** Diagnostics with the fits that they are of. */
export interface Diagnostics {
  readonly figures: Pick<ReportFigures, "profileLikelihood" | "bootstrapPairs" | "influence">;
  readonly of: NonNullable<ReportModel["diagnosed"]>;
}

/** Profiles of likelihood, pairs of draws, and what each run is worth to the procedure that the answer is by. */
export function diagnosticsOf(sources: DiagnosticSources): Diagnostics {
  const { fits, records, names, approach, budget } = sources;
  const telling = fits.filter(({ exponents }) => exponents !== undefined);
  const parametric = fitOfLaw(fits, "chinchilla");
  const subject = telling.find((fit) => fit.approach === approach) ?? parametric ?? telling[0];
  const curves =
    parametric === undefined || records.length > MOST_PROFILED
      ? undefined
      : likelihoodCurves(parametric, records, budget === undefined ? {} : { flops: budget });
  // An allocation's two exponents and scales say the same twice: the law of the loss has more to tell.
  const paired = parametric ?? subject;
  const pairs = paired && bootstrapPairsOf(paired);
  const influence =
    subject && records.length <= MOST_REFITS
      ? influenceOf(subject, without(subject, sources), records, names)
      : undefined;
  return {
    figures: {
      ...(curves === undefined || isIsoflopError(curves)
        ? {}
        : { profileLikelihood: profileLikelihoodOf(curves, parametric, budget) }),
      ...(pairs && { bootstrapPairs: { ...pairs, most: DRAWN } }),
      ...(influence && influence.runs.length > 0 && { influence }),
    },
    of: {
      ...(paired && { bootstrapPairs: NAMES[paired.law] }),
      ...(subject && { influence: NAMES[subject.law] }),
    },
  };
}

/** The exponent a without each run in turn; runs without which there is no fit are not among them. */
function without(
  subject: ApproachFit,
  { records, convention, choices }: DiagnosticSources,
): { readonly id: string; readonly a: number }[] {
  const bare = { ...choices, approaches: [subject.approach], resamples: 0 };
  return records.flatMap(({ id }) => {
    const rest = records.filter((record) => record.id !== id);
    const fit = fitObservations(rest, convention, bare).fits.find(({ law }) => law === subject.law);
    return fit?.exponents === undefined ? [] : [{ id, a: fit.exponents.a }];
  });
}
