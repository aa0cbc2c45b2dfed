import { approachesFor, DEFAULT_FITS } from "@isoflop/laws/procedures";
import { effect, signal } from "@preact/signals";
import { Fitter } from "../../fitting/fitter.js";
import type { FitAnswer } from "../../fitting/protocol.js";
import { fittedLaws } from "../../state/fittedLaws.js";
import { observations } from "../../state/observations.js";

/** The newest answer of the worker, and what went wrong instead. */
export const fitAnswer = signal<FitAnswer | undefined>(undefined);
export const fitFailure = signal<string | undefined>(undefined);

const fitter = new Fitter(
  (answer) => {
    fitAnswer.value = answer;
    fitFailure.value = undefined;
    fittedLaws.value = answer.fits;
  },
  (reason) => {
    fitFailure.value = reason;
  },
);

// Runs that have ended since, or other runs, are fitted anew.
effect(() => {
  const observed = observations.value;
  if (observed === undefined || observed.records.length === 0) return;
  const { records, convention } = observed;
  fitter.ask({ records, convention, choices: { ...DEFAULT_FITS, approaches: approachesFor(records), resamples: 400 } });
});
