import { formatCount, formatFlops } from "@isoflop/figures/scales";
import { otherForecasters } from "@isoflop/laws/procedures";
import type { LiveRun, StatedForecast, StudyState } from "isoflop/api";
import { inLocale } from "../../i18n/locale.js";
import { type ForecastBudget, type ForecastRow, forecastRows } from "./forecastRows.js";
import { forecastTexts } from "./forecastTexts.js";
import { Status } from "./Status.js";

interface ForecastProps {
  readonly state: StudyState;
  readonly runs: ReadonlyMap<string, LiveRun>;
  readonly onOpen: (id: string) => void;
}

/** What was forecast of the budgets that are held out, before they were trained, and whether it held. */
export function ForecastCard({ state, runs, onOpen }: ForecastProps) {
  const t = inLocale(forecastTexts);
  const { forecast, heldOut } = state;
  if (forecast === undefined && heldOut.length === 0) return null;
  return (
    <section class="forecast" aria-labelledby="forecast-title">
      <h2 id="forecast-title">{t.title}</h2>
      {forecast === undefined ? (
        <p class="faint">{t.waiting(heldOut.map((budget) => formatFlops(budget)).join(", "))}</p>
      ) : (
        forecastRows(forecast, runs).map((budget) => (
          <Budget key={budget.budget} budget={budget} forecast={forecast} onOpen={onOpen} />
        ))
      )}
    </section>
  );
}

interface BudgetProps {
  readonly budget: ForecastBudget;
  readonly forecast: StatedForecast;
  readonly onOpen: (id: string) => void;
}

function Budget({ budget: { budget, rows, best }, forecast, onOpen }: BudgetProps) {
  const t = inLocale(forecastTexts);
  const by = forecast.approach === "ladder" ? t.ladder : t.approach(forecast.approach);
  const wayOf = ({ forecast: { role } }: ForecastRow): string =>
    forecast.approach === "ladder" ? t.alongTheRay : t.ways[role];
  const byOthers = ({ forecast: { law } }: ForecastRow): string => t.byOthers[otherForecasters(law, forecast.approach)];
  const caption = t.caption(formatFlops(budget), by);
  return (
    <>
      <p>{caption}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be scrollable by keys */}
      <section class="scroll" tabIndex={0} aria-label={caption}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.columns.model}</th>
              <th scope="col" class="number">
                N
              </th>
              <th scope="col" class="number">
                D
              </th>
              <th scope="col" class="number">
                {t.columns.forecast}
              </th>
              <th scope="col" class="number">
                {t.columns.measured}
              </th>
              <th scope="col">{t.columns.verdict}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.forecast.id}>
                <th scope="row">
                  <button type="button" class="link" onClick={() => onOpen(row.forecast.id)}>
                    {wayOf(row)}
                  </button>
                  {byOthers(row) && (
                    <>
                      {" "}
                      <small class="faint">{byOthers(row)}</small>
                    </>
                  )}
                </th>
                <td class="number">{formatCount(row.forecast.parameters)}</td>
                <td class="number">{formatCount(row.forecast.tokens)}</td>
                <td class="number">{predictedText(row)}</td>
                <td class="number">{row.measured?.toFixed(4) ?? "–"}</td>
                <td>
                  <Verdict row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="best" role="status">
        {best === undefined ? "" : t.best(wayOf(best.row), best.margin.toFixed(4))}
      </p>
    </>
  );
}

const predictedText = ({ forecast: { predicted, predictionInterval95: interval } }: ForecastRow): string =>
  interval === undefined
    ? predicted.toFixed(4)
    : `${predicted.toFixed(4)} (${interval[0].toFixed(4)}–${interval[1].toFixed(4)})`;

/** By a sign and in words; of a run that is not done, how it is. */
function Verdict({ row: { run, measured, held } }: { readonly row: ForecastRow }) {
  const t = inLocale(forecastTexts);
  if (run === undefined) return <span class="faint">{t.notMade}</span>;
  if (measured === undefined) return <Status status={run.status} />;
  if (held === undefined) return <span class="faint">{t.noInterval}</span>;
  return (
    <span class={`status ${held ? "done" : "failed"}`}>
      <span class="icon" aria-hidden="true">
        {held ? "✓" : "✕"}
      </span>
      {held ? t.held : t.failed}
    </span>
  );
}
