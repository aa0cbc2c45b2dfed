import { formatCount, formatFlops, formatLoss } from "@isoflop/figures";
import { type Html, html, type Insertable } from "./html.js";
import type { BudgetRow, Estimate, FitRow, ForecastReport, IdentificationRow, ProcedureRow } from "./model.js";
import { type Column, table } from "./table.js";
import { heldOutName } from "./verdict.js";

/** Where there is nothing to say. */
export const none = "–";

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
    { heading: "Held-out model", cell: heldOutName },
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
