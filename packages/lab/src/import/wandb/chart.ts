/** The columns of one run in the table that W&B writes of a chart. */
export interface ChartRun {
  readonly run: string;
  /** The column with its steps. */
  readonly step: string | undefined;
  readonly metrics: readonly { readonly column: string; readonly key: string }[];
}

const BETWEEN = " - ";
const STEP = `${BETWEEN}_step`;
const isBound = (column: string): boolean => /__(MIN|MAX)$/.test(column);

/**
 * A chart's table has its x axis first, and of every run "<run> - <metric>" with the least and greatest value that one point
 * of the chart stands for ("…__MIN", "…__MAX"), often "<run> - _step" too. Names of runs and metrics may have " - " in
 * them: "<run> - _step" tells the run's name, else it ends at the last " - ". Undefined for other tables.
 */
export function chartRuns(columns: readonly string[]): readonly ChartRun[] | undefined {
  const [axis = "", ...others] = columns;
  const held = new Set(columns);
  const values = others.filter((column) => column.includes(BETWEEN) && !isBound(column));
  if (!values.some((column) => held.has(`${column}__MIN`))) return undefined;
  const told = values
    .filter((column) => column.endsWith(STEP))
    .map((column) => column.slice(0, -STEP.length))
    .sort((a, b) => b.length - a.length);
  const runs = new Map<string, { column: string; key: string }[]>();
  for (const column of values) {
    const run = told.find((name) => column.startsWith(name + BETWEEN)) ?? column.slice(0, column.lastIndexOf(BETWEEN));
    const key = column.slice(run.length + BETWEEN.length);
    const metrics = runs.get(run) ?? [];
    runs.set(run, metrics);
    if (key !== "_step") metrics.push({ column, key });
  }
  const isStep = /^_?step$|global_step$/i.test(axis);
  return [...runs].map(([run, metrics]) => ({
    run,
    step: held.has(run + STEP) ? run + STEP : isStep ? axis : undefined,
    metrics,
  }));
}
