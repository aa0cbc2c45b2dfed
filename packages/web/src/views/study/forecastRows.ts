import type { LiveRun, StatedForecast } from "isoflop/api";

/** A held-out run: what was forecast of it, and what came of it. */
export interface ForecastRow {
  readonly forecast: StatedForecast["budgets"][number]["runs"][number];
  /** Undefined where its folder is not there yet. */
  readonly run: LiveRun | undefined;
  /** Validation loss of the run that is done, nats per token. */
  readonly measured: number | undefined;
  /** Whether it lies in the prediction interval; undefined while nothing is measured, or where there is no interval. */
  readonly held: boolean | undefined;
}

/** A budget that was held out. */
export interface ForecastBudget {
  readonly budget: number;
  readonly rows: readonly ForecastRow[];
  /** The run of the least loss, and by how much, once all are measured. */
  readonly best: { readonly row: ForecastRow; readonly margin: number } | undefined;
}

/** The stated forecast beside what the runs came to: judged as `isoflop run` judges it. */
export function forecastRows({ budgets }: StatedForecast, runs: ReadonlyMap<string, LiveRun>): ForecastBudget[] {
  return budgets.map(({ budget, runs: forecasts }) => {
    const rows = forecasts.map((forecast): ForecastRow => {
      const run = runs.get(forecast.id);
      const measured = run?.status === "done" ? run.validationLoss : undefined;
      const interval = forecast.predictionInterval95;
      const held =
        measured === undefined || interval === undefined
          ? undefined
          : measured >= interval[0] && measured <= interval[1];
      return { forecast, run, measured, held };
    });
    const [first, second] = [...rows].sort((a, b) => (a.measured ?? 0) - (b.measured ?? 0));
    const all = rows.length > 1 && rows.every(({ measured }) => measured !== undefined);
    const margin = (second?.measured ?? 0) - (first?.measured ?? 0);
    return { budget, rows, best: all && first !== undefined ? { row: first, margin } : undefined };
  });
}
