import { lossUnitText } from "@isoflop/figures/lossUnit";
import { useRef } from "preact/hooks";
import { ScrollBox } from "../../components/ScrollBox.js";
import { inLocale, locale } from "../../i18n/locale.js";
import { observations } from "../../state/observations.js";
import { CountedAs } from "./CountingControls.js";
import { budget, fitFailure, told } from "./fitting.js";
import { changeText, type LawRow, lawRow, publishedRow, shortNumber, type Told95 } from "./lawRow.js";
import { lawsState } from "./lawsStore.js";
import { lawsTexts } from "./lawsTexts.js";
import { Quantity } from "./Quantity.js";
import { Refused } from "./Refused.js";

/** All fits and the chosen published laws: constants and optimum, with intervals, and what leaving runs out has changed. */
export function LawsTable() {
  const t = inLocale(lawsTexts);
  const flops = budget.value;
  const unit = lossUnitText({ language: locale.value, ...observations.value });
  // Rows stay as they were until all point fits are there: none comes between others.
  const whole = useRef(told.value);
  if (told.value.milliseconds !== undefined || told.value.runs !== whole.current.runs) whole.current = told.value;
  const { fits, full, skipped, milliseconds } = whole.current;
  // The published ones come below the fits: they wait for them, so that no row moves.
  const rows: LawRow[] =
    milliseconds === undefined && fitFailure.value === undefined
      ? []
      : [
          ...fits.map((fit) =>
            lawRow(
              fit,
              full.find(({ law }) => law === fit.law),
              flops,
            ),
          ),
          ...lawsState.value.compare.flatMap((name) => publishedRow(name, flops, locale.value) ?? []),
        ];
  return (
    <section class="laws-summary" aria-labelledby="laws-summary">
      <h2 id="laws-summary">{t.summary}</h2>
      <ScrollBox label={t.summary}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.law}</th>
              <th scope="col">{t.constants}</th>
              <th scope="col">
                {t.optimum(flops.toExponential(2))} <CountedAs />
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.law} data-law={row.law}>
                <th scope="row">
                  {t.names[row.law] ?? row.law}
                  {row.published && <span class="faint"> ({t.published})</span>}
                </th>
                <td>
                  <Quantities all={row.constants} />
                </td>
                <td data-budget={t.optimum(flops.toExponential(2))}>
                  <Quantities all={row.optimum} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p class="faint laws-units">{lawsState.value.compare.length > 0 ? t.otherLosses(unit) : t.lossIn(unit)}</p>
      {skipped.length > 0 && (
        <ul class="laws-skipped">
          {skipped.map((one) => (
            <li key={one.approach}>
              {t.skipped(t.procedures[one.approach] ?? one.approach)}
              <Refused problem={one} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Quantities({ all }: { readonly all: readonly Told95[] }) {
  const t = inLocale(lawsTexts);
  return (
    <span class="quantities">
      {all.map(({ name, value, interval, full }) => (
        <span key={name}>
          <Quantity name={name} />{" "}
          <data value={value} data-name={name}>
            {shortNumber(value)}
          </data>{" "}
          {interval && (
            <span class="faint">
              [{shortNumber(interval[0])}, {shortNumber(interval[1])}]
            </span>
          )}{" "}
          {full !== undefined && <span class="moved">({t.without(shortNumber(full), changeText(value, full))})</span>}
        </span>
      ))}
    </span>
  );
}
