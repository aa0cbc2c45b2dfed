import { formatCount, formatFlops, formatLoss } from "@isoflop/figures";
import { type Html, html, type Insertable } from "./html.js";
import type {
  BudgetRow,
  DroppedRow,
  Estimate,
  FitRow,
  ForecastReport,
  IdentificationRow,
  ProcedureRow,
  RunRow,
} from "./model.js";
import { type Column, table } from "./table.js";

const none = "–";

/** Three decimals near one, three significant digits far from it. */
function plain(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return value < 0 ? `−${formatFlops(-value)}` : formatFlops(value);
  return size >= 10 ? String(Number(value.toPrecision(3))) : value.toFixed(3);
}

function estimate(from: Estimate | undefined): Insertable {
  if (!from) return none;
  const { value, interval95 } = from;
  return interval95
    ? html`${plain(value)} <small>${plain(interval95[0])} – ${plain(interval95[1])}</small>`
    : plain(value);
}

const chinchilla = ["E", "A", "B", "alpha", "beta"] as const;
const symbols: Readonly<Record<string, string>> = { alpha: "α", beta: "β" };

/** Exponents and parameters of every fit, with 95 % intervals. */
export function fitsTable(fits: readonly FitRow[]): Html {
  const others = (fit: FitRow): Insertable => {
    const named = Object.entries(fit.parameters).filter(([name]) => !chinchilla.some((own) => own === name));
    const list = named.map(([name, value]) => html`<div>${symbols[name] ?? name} = ${estimate(value)}</div>`);
    return [...list, fit.note ? html`<div class="note">${fit.note}</div>` : ""];
  };
  const columns: Column<FitRow>[] = [
    { heading: "Fit", cell: (fit) => fit.name },
    { heading: "a", unit: "N_opt ∝ Cᵃ", kind: "number", cell: (fit) => estimate(fit.exponents?.a) },
    { heading: "b", unit: "D_opt ∝ Cᵇ", kind: "number", cell: (fit) => estimate(fit.exponents?.b) },
    ...chinchilla.map(
      (name): Column<FitRow> => ({
        heading: symbols[name] ?? name,
        ...(name === "E" ? { unit: "nats/token" } : {}),
        kind: "number",
        cell: (fit) => estimate(fit.parameters[name]),
      }),
    ),
    { heading: "Other parameters", cell: others },
  ];
  return table("Estimates of each fit; 95 % intervals below them", columns, fits);
}

/** What the design can tell, expected before any of it was trained. */
export function identifiesTable(rows: readonly IdentificationRow[]): Html {
  const columns: Column<IdentificationRow>[] = [
    { heading: "Procedure", cell: (row) => row.what },
    { heading: "Identified", cell: (row) => row.verdict },
    { heading: "Why", cell: (row) => html`<div class="note">${row.why}</div>` },
  ];
  return table("What the design can identify", columns, rows);
}

const statusWords = {
  fitted: "minimum fitted",
  edge: "minimum on the edge: not used",
  unfitted: "no parabola that opens upwards: not used",
} as const;

/** Whether each budget's profile has runs on both sides of its minimum. */
export function budgetsTable(budgets: readonly BudgetRow[]): Html {
  const columns: Column<BudgetRow>[] = [
    { heading: "Budget", unit: "FLOPs", kind: "number", cell: (row) => formatFlops(row.budget) },
    { heading: "Runs", kind: "number", cell: (row) => row.runs },
    { heading: "Smaller runs", kind: "number", cell: (row) => row.smaller },
    { heading: "Larger runs", kind: "number", cell: (row) => row.larger },
    {
      heading: "Both sides",
      cell: (row) =>
        row.smaller > 0 && row.larger > 0 && row.status === "fitted" ? "yes" : html`<strong class="bad">no</strong>`,
    },
    { heading: "Verdict", cell: (row) => statusWords[row.status] },
    {
      heading: "N at the minimum",
      kind: "number",
      cell: (row) => (row.parameters === undefined ? none : formatCount(row.parameters)),
    },
    {
      heading: "D",
      unit: "tokens",
      kind: "number",
      cell: (row) => (row.tokens === undefined ? none : formatCount(row.tokens)),
    },
    {
      heading: "Loss",
      unit: "nats/token",
      kind: "number",
      cell: (row) => (row.loss === undefined ? none : formatLoss(row.loss)),
    },
  ];
  return table("Minimum of each isoFLOP profile", columns, budgets);
}

/** Predicted beside measured. */
export function forecastTable(forecast: ForecastReport): Html {
  type Row = ForecastReport["rows"][number];
  const columns: Column<Row>[] = [
    { heading: "Held-out model", cell: (row) => row.label },
    { heading: "N", kind: "number", cell: (row) => formatCount(row.parameters) },
    { heading: "D", unit: "tokens", kind: "number", cell: (row) => formatCount(row.tokens) },
    { heading: "Predicted loss", unit: "nats/token", kind: "number", cell: (row) => formatLoss(row.predicted, 4) },
    {
      heading: "95 % interval",
      kind: "number",
      cell: (row) =>
        row.interval95 ? `${formatLoss(row.interval95[0], 4)} – ${formatLoss(row.interval95[1], 4)}` : none,
    },
    {
      heading: "Measured",
      unit: "nats/token",
      kind: "number",
      cell: (row) => (row.measured === undefined ? none : formatLoss(row.measured, 4)),
    },
    {
      heading: "Inside",
      cell: (row) => {
        if (row.measured === undefined || !row.interval95) return none;
        const inside = row.measured >= row.interval95[0] && row.measured <= row.interval95[1];
        return inside ? html`<strong class="good">yes</strong>` : html`<strong class="bad">no</strong>`;
      },
    },
  ];
  return table(`Forecast for ${formatFlops(forecast.budget)} FLOPs`, columns, forecast.rows);
}

/** What each procedure expects of the held-out budget, and how far its backtest was off. */
export function proceduresTable(forecast: Pick<ForecastReport, "budget" | "procedures">): Html {
  const count = ({ value, interval95 }: Estimate): Insertable =>
    interval95
      ? html`${formatCount(value)} <small>${formatCount(interval95[0])} – ${formatCount(interval95[1])}</small>`
      : formatCount(value);
  const columns: Column<ProcedureRow>[] = [
    {
      heading: "Procedure",
      cell: (row) =>
        html`${row.chosen ? html`<strong>${row.name}</strong> (taken)` : row.name}${row.note ? html`<div class="note">${row.note}</div>` : ""}`,
    },
    { heading: "N_opt", kind: "number", cell: (row) => count(row.parameters) },
    { heading: "D_opt", unit: "tokens", kind: "number", cell: (row) => count(row.tokens) },
    { heading: "Loss there", unit: "nats/token", kind: "number", cell: (row) => estimate(row.loss) },
    {
      heading: "Backtest: N_opt",
      unit: "forecast / measured",
      kind: "number",
      cell: (row) => row.backtest?.parametersRatio?.toFixed(2) ?? none,
    },
    {
      heading: "Backtest: loss",
      unit: "forecast − measured",
      kind: "number",
      cell: (row) => {
        const error = row.backtest?.lossError;
        return error === undefined ? none : `${error < 0 ? "−" : "+"}${formatLoss(Math.abs(error), 4)}`;
      },
    },
    {
      heading: "Inside its interval",
      cell: (row) => {
        const inside = row.backtest?.inside;
        if (inside === undefined) return none;
        return inside ? html`<strong class="good">yes</strong>` : html`<strong class="bad">no</strong>`;
      },
    },
  ];
  const caption = `Forecasts for ${formatFlops(forecast.budget)} FLOPs by each procedure with 95 % intervals, and its backtest: the largest trained budget forecast from the smaller ones`;
  return table(caption, columns, forecast.procedures);
}

/** 4.2 s, 3 min 20 s, 2 h 5 min. */
export function formatDuration(seconds: number): string {
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Longer tables are no reading, and a page of ten thousand rows opens slowly. */
const MOST_ROWS = 1000;

/** What a cut table leaves out. */
function more(all: readonly unknown[], what: string): Html | undefined {
  return all.length > MOST_ROWS ? html`<p class="faint">… and ${all.length - MOST_ROWS} ${what} more.</p>` : undefined;
}

/** Every run, with the columns that any of them has something for. */
export function runsTable(runs: readonly RunRow[]): Html {
  const loss = (value: number | undefined): string => (value === undefined ? none : formatLoss(value, 4));
  const has = (field: keyof RunRow) => runs.some((run) => run[field] !== undefined);
  const column = (field: keyof RunRow, made: Column<RunRow>): Column<RunRow>[] => (has(field) ? [made] : []);
  const columns: Column<RunRow>[] = [
    { heading: "Run", cell: (run) => html`${run.name}${run.id === run.name ? "" : html` <small>${run.id}</small>`}` },
    ...(runs.some(({ role }) => role !== "fit") ? [{ heading: "Role", cell: (run: RunRow) => run.role }] : []),
    ...column("budget", {
      heading: "Budget",
      unit: "FLOPs",
      kind: "number",
      cell: (run) => (run.budget === undefined ? none : formatFlops(run.budget)),
    }),
    { heading: "N", kind: "number", cell: (run) => formatCount(run.parameters, 4) },
    { heading: "D", unit: "tokens", kind: "number", cell: (run) => formatCount(run.tokens, 4) },
    { heading: "C", unit: "FLOPs", kind: "number", cell: (run) => formatFlops(run.flops) },
    ...column("steps", { heading: "Steps", kind: "number", cell: (run) => run.steps ?? none }),
    ...column("batch", { heading: "Batch", unit: "tokens", kind: "number", cell: (run) => run.batch ?? none }),
    ...column("learningRate", {
      heading: "Peak LR",
      kind: "number",
      cell: ({ learningRate }) => (learningRate === undefined ? none : String(Number(learningRate.toPrecision(3)))),
    }),
    ...column("trainLoss", {
      heading: "Train loss",
      unit: "nats/token",
      kind: "number",
      cell: (run) => loss(run.trainLoss),
    }),
    ...column("validationLoss", {
      heading: "Validation loss",
      unit: "nats/token",
      kind: "number",
      cell: (run) => loss(run.validationLoss),
    }),
    ...column("loss", { heading: "Loss", kind: "number", cell: (run) => loss(run.loss) }),
    ...column("wallSeconds", {
      heading: "Wall time",
      kind: "number",
      cell: (run) => (run.wallSeconds === undefined ? none : formatDuration(run.wallSeconds)),
    }),
    ...column("status", {
      heading: "Status",
      cell: (run) => {
        const reason = run.reason ? html` <small>${run.reason}</small>` : "";
        return run.status !== undefined && BAD.includes(run.status)
          ? html`<strong class="bad">${run.status}</strong>${reason}`
          : html`${run.status ?? none}${reason}`;
      },
    }),
  ];
  const shown = table(`Every run (${runs.length})`, columns, runs.slice(0, MOST_ROWS));
  return html`${shown}${more(runs, "runs")}`;
}

const BAD: readonly NonNullable<RunRow["status"]>[] = ["diverged", "failed", "crashed"];

/** What no fit saw, and why. */
export function droppedTable(dropped: readonly DroppedRow[]): Html {
  const columns: Column<DroppedRow>[] = [
    { heading: "Row or run", cell: ({ row }) => row },
    { heading: "Why it is left out", cell: ({ reason }) => html`<div class="note">${reason}</div>` },
  ];
  const shown = table(`Left out (${dropped.length})`, columns, dropped.slice(0, MOST_ROWS));
  return html`${shown}${more(dropped, "rows")}`;
}
