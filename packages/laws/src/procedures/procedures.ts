import type { CountingConvention, ForecastingFit, IsoflopError, ProcedureInput, RunRecord } from "../index.js";
import { type ApproachFit, type FitChoices, fitObservations, fitOne } from "./fitApproaches.js";

/** A way to forecast: a procedure of fitting, and the one law of its result that is asked. */
export interface ForecastProcedure {
  readonly name: string;
  readonly approach: FitChoices["approaches"][number];
  readonly law: ForecastingFit["law"];
  /** For tables and legends. */
  readonly label: string;
  /** Free parameters of its law of the loss. */
  readonly freeParameters: number;
  /** Approach 3's loss of residuals, where it is not the one chosen for the fits. */
  readonly loss?: FitChoices["loss"];
}

/** Every procedure that forecasts, in the order shown; among equals, the earlier is taken. */
export const PROCEDURES: readonly ForecastProcedure[] = [
  { name: "1", approach: "1", law: "envelope-power-law", label: "1 envelope", freeParameters: 3 },
  { name: "2", approach: "2", law: "isoflop-power-law", label: "2 isoFLOP profiles", freeParameters: 3 },
  { name: "3", approach: "3", law: "chinchilla", label: "3 parametric", freeParameters: 5 },
  {
    name: "3-least-squares",
    approach: "3",
    law: "chinchilla",
    label: "3 least squares",
    freeParameters: 5,
    loss: "mse",
  },
  { name: "kaplan", approach: "kaplan", law: "kaplan-model-data", label: "Kaplan L(N,D)", freeParameters: 4 },
  { name: "kaplan-compute", approach: "kaplan", law: "kaplan-compute", label: "Kaplan L(C)", freeParameters: 2 },
];

/** The procedures as a backtest takes them. Two laws of one fit share it. */
export function backtestProcedures(
  procedures: readonly ForecastProcedure[],
  convention: CountingConvention,
  choices: FitChoices,
): ProcedureInput[] {
  let last: { records: readonly RunRecord[]; key: string; fits: readonly ApproachFit[] } | undefined;
  return procedures.map(({ name, approach, law, freeParameters, loss = choices.loss }) => ({
    name,
    freeParameters,
    fit: (records) => {
      const key = `${approach}/${loss}`;
      if (last?.records !== records || last.key !== key) {
        last = { records, key, fits: fitOne(approach, records, convention, { ...choices, loss }) };
      }
      return theFit(last.fits, law);
    },
  }));
}

/** One procedure's fit to all the records, or the reason why there is none. */
export type ProcedureFit =
  | { readonly procedure: ForecastProcedure; readonly fit: ForecastingFit }
  | { readonly procedure: ForecastProcedure; readonly error: IsoflopError };

export function fitProcedures(
  procedures: readonly ForecastProcedure[],
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): ProcedureFit[] {
  const made = new Map<string, ReturnType<typeof fitObservations>>();
  return procedures.map((procedure): ProcedureFit => {
    const { approach, loss = choices.loss } = procedure;
    const key = `${approach}/${loss}`;
    const fits = made.get(key) ?? fitObservations(records, convention, { ...choices, loss, approaches: [approach] });
    made.set(key, fits);
    const [skipped] = fits.skipped;
    return skipped === undefined
      ? { procedure, fit: theFit(fits.fits, procedure.law) }
      : { procedure, error: skipped.error };
  });
}

function theFit(fits: readonly ApproachFit[], law: ForecastingFit["law"]): ForecastingFit {
  const fit = fits.find((one): one is ForecastingFit => one.law === law);
  if (fit === undefined)
    throw new TypeError(`No fit of the law ${law} among ${fits.map((one) => one.law).join(", ")}.`);
  return fit;
}
