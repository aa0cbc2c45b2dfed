import { formatCount } from "@isoflop/figures";
import { useMemo, useState } from "preact/hooks";
import { ScrollBox } from "../../components/ScrollBox.js";
import { inLocale } from "../../i18n/locale.js";
import { fittedRuns } from "../../state/fittedRuns.js";
import type { Observed } from "../../state/observations.js";
import { address } from "../../state/route.js";
import { change, lawsState, toggleOut, togglePicked } from "./lawsStore.js";
import { lawsTexts } from "./lawsTexts.js";

const MOST_SHOWN = 300;

interface RunListProps {
  readonly observed: Observed;
  /** ln(measured / predicted) by id. */
  readonly residuals: ReadonlyMap<string, number>;
}

/** Every run: by it all that a pointer does in the figures is done by keyboard. */
export function RunList({ observed, residuals }: RunListProps) {
  const t = inLocale(lawsTexts);
  const [text, setText] = useState("");
  const { out, picked, run: opened } = lawsState.value;
  const { names } = observed;
  const records = useMemo(() => fittedRuns(observed), [observed]);
  const found = useMemo(
    () => records.filter(({ id }) => (names[id] ?? id).toLowerCase().includes(text.toLowerCase())),
    [records, names, text],
  );
  const first = found.slice(0, MOST_SHOWN);
  // The run that is open has its row, however many there are.
  const beyond = records.filter(({ id }) => id === opened && first.every((record) => record.id !== id));
  const shown = [...beyond, ...first];
  const [fitted, run, ...numbers] = t.columns;
  return (
    <section aria-labelledby="laws-runs">
      <h2 id="laws-runs">{t.runs}</h2>
      <div class="laws-filter">
        <label class="field">
          <span>{t.filter}</span>
          <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
        <span class="faint">{t.shown(shown.length, records.length)}</span>
        {out.length > 0 && (
          <button type="button" onClick={() => change({ out: [] })}>
            {t.takeAllIn}
          </button>
        )}
      </div>
      <ScrollBox label={t.runs}>
        <table class="laws-runs">
          <thead>
            <tr>
              <th scope="col">{fitted}</th>
              <th scope="col">{run}</th>
              {numbers.map((column) => (
                <th scope="col" class="number" key={column}>
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ id, parameters, tokens, flops, loss }) => {
              const name = names[id] ?? id;
              const residual = residuals.get(id);
              return (
                <tr
                  key={id}
                  data-row={id}
                  class={picked.includes(id) ? "picked" : undefined}
                  aria-current={id === opened ? "true" : undefined}
                >
                  <td>
                    <input
                      type="checkbox"
                      aria-label={t.keep(name)}
                      checked={!out.includes(id)}
                      onChange={() => toggleOut(id)}
                    />
                  </td>
                  <th scope="row">
                    <button
                      type="button"
                      aria-pressed={picked.includes(id)}
                      aria-label={t.pick(name)}
                      onClick={() => togglePicked(id)}
                    >
                      {name}
                    </button>
                  </th>
                  <td class="number">{formatCount(parameters)}</td>
                  <td class="number">{formatCount(tokens)}</td>
                  <td class="number">{flops.toExponential(2)}</td>
                  <td class="number">{loss.toFixed(4)}</td>
                  <td class="number">{residual === undefined ? "" : residual.toFixed(4)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

/** What may be done with the runs that are picked out. */
export function Selection({ observed }: { readonly observed: Observed }) {
  const t = inLocale(lawsTexts);
  const { out, picked } = lawsState.value;
  const fitted = picked.filter((id) => fittedRuns(observed).some((record) => record.id === id));
  const known = [...fitted, ...picked.filter((id) => observed.holdouts.some((record) => record.id === id))];
  if (known.length === 0) return null;
  const { source, names } = observed;
  const allOut = fitted.every((id) => out.includes(id));
  return (
    <section class="laws-selection" aria-label={t.selected(known.length)}>
      <strong>{known.length === 1 ? (names[known[0] ?? ""] ?? known[0]) : t.selected(known.length)}</strong>
      {fitted.length > 0 && (
        <button
          type="button"
          class="main"
          onClick={() =>
            change({
              out: allOut ? out.filter((id) => !fitted.includes(id)) : [...new Set([...out, ...fitted])],
            })
          }
        >
          {allOut ? t.takeIn : t.leaveOut}
        </button>
      )}
      {known.length === 1 && source.kind === "served" && (
        <a href={address("study", { study: source.key, run: known[0] })}>{t.open}</a>
      )}
      <button type="button" onClick={() => change({ picked: [], run: "" })}>
        {t.clear}
      </button>
    </section>
  );
}
