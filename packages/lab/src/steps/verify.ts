import { join } from "node:path";
import { formatCount, formatFlops } from "@isoflop/laws";
import { otherForecasters } from "@isoflop/laws/procedures";
import { countedLoss } from "../runs/countedLoss.js";
import { writeJson } from "../runs/folder.js";
import { readRunState } from "../runs/status.js";
import type { StudyFolder } from "../study/folder.js";
import type { RunForecast, StudyForecast } from "./forecast.js";

export interface VerifiedRun extends RunForecast {
  /** Validation loss, nats per token; absent where the run has none. */
  readonly measured?: number;
  /** Measured minus predicted, nats per token. */
  readonly error?: number;
  /** Whether the measured loss lies in the prediction interval. */
  readonly held?: boolean;
  /** Why there is no measured loss. */
  readonly reason?: string;
}

/** One held-out budget, judged. */
export interface VerifiedBudget {
  readonly budget: number;
  readonly runs: readonly VerifiedRun[];
  readonly winner?: RunForecast["role"];
  /** Loss of the loser minus loss of the winner, nats per token. */
  readonly margin?: number;
}

/** verification.json: the forecast beside what was measured. */
export interface Verification {
  readonly approach: string;
  readonly budgets: readonly VerifiedBudget[];
}

/** Compares a stated forecast with the held-out runs and writes verification.json. */
export async function verifyForecast(study: StudyFolder, forecast: StudyForecast): Promise<Verification> {
  const verification = await judgeForecast(study, forecast);
  await writeJson(join(study.folder, "verification.json"), verification);
  return verification;
}

/** A stated forecast beside what the held-out runs came to. */
export async function judgeForecast(study: StudyFolder, forecast: StudyForecast): Promise<Verification> {
  const budgets = await Promise.all(
    forecast.budgets.map(async ({ budget, runs }): Promise<VerifiedBudget> => {
      const verified = await Promise.all(runs.map((run) => verifyRun(study, run)));
      const measured = verified.filter((run): run is VerifiedRun & { measured: number } => run.measured !== undefined);
      const [best, second] = measured.sort((a, b) => a.measured - b.measured);
      return {
        budget,
        runs: verified,
        ...(best === undefined || second === undefined
          ? {}
          : { winner: best.role, margin: second.measured - best.measured }),
      };
    }),
  );
  return { approach: forecast.approach, budgets };
}

async function verifyRun(study: StudyFolder, run: RunForecast): Promise<VerifiedRun> {
  const state = await readRunState(join(study.runs, run.id));
  const measured = state?.status === "done" ? countedLoss(state.spec, state.result)?.loss : undefined;
  if (measured === undefined) return { ...run, reason: state?.result?.reason ?? state?.status ?? "not trained" };
  const interval = run.predictionInterval95;
  return {
    ...run,
    measured,
    error: measured - run.predicted,
    ...(interval === undefined ? {} : { held: measured >= interval[0] && measured <= interval[1] }),
  };
}

const ALONG_THE_RAY = "further along the ladder";
const WAYS: Readonly<Record<RunForecast["role"], string>> = {
  "holdout-optimum": "forecast optimum (Chinchilla's way)",
  "holdout-larger": "4x larger, a quarter of the tokens (Gopher's way)",
};

/** "Approach 3", or the ladder itself. */
export function approachName({ approach }: { readonly approach: string }): string {
  return approach === "ladder" ? "the ladder along its ray" : `Approach ${approach}`;
}

/** What forecasts a run, where it is not the approach chosen alone. */
export const otherForecaster = ({ law }: Pick<RunForecast, "law">, approach: string): string | undefined =>
  ({ "": undefined, "3": "Approach 3", "2, 3": "Approaches 2 and 3" })[otherForecasters(law, approach)];

/** The judgement in plain words, a line each. */
export function verificationText(verification: Verification): string[] {
  return verification.budgets.flatMap(({ budget, runs, winner, margin }) => [
    `Hold-out at ${formatFlops(budget)} FLOPs, forecast by ${approachName(verification)} before it was trained:`,
    ...runs.map((run) => {
      const way = verification.approach === "ladder" ? ALONG_THE_RAY : WAYS[run.role];
      const model = `${way}: N ${formatCount(run.parameters)}, D ${formatCount(run.tokens)}`;
      const interval = run.predictionInterval95;
      const other = otherForecaster(run, verification.approach);
      const forecast = `forecast ${run.predicted.toFixed(4)}${interval === undefined ? "" : ` [${interval.map((value) => value.toFixed(4)).join(", ")}]`}${other === undefined ? "" : ` by ${other}`}`;
      if (run.measured === undefined) return `  ${model}; ${forecast}; not measured: ${run.reason}`;
      const verdict =
        run.held === undefined
          ? ""
          : run.held
            ? ": inside the interval, the forecast held"
            : ": outside the interval, the forecast FAILED";
      return `  ${model}; ${forecast}; measured ${run.measured.toFixed(4)}${verdict}`;
    }),
    ...(winner === undefined || margin === undefined
      ? []
      : [
          `  ${winner === "holdout-optimum" ? "The forecast optimum won" : "The larger model won"} by ${margin.toFixed(4)} nats per token.`,
        ]),
  ]);
}
