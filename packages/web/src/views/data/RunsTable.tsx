import type { RunRecord } from "@isoflop/laws";
import { ScrollBox } from "../../components/ScrollBox.js";
import { inLocale } from "../../i18n/locale.js";
import { recordsCsv } from "../../reading/recordsCsv.js";
import type { Observed } from "../../state/observations.js";
import { runsTexts } from "./runsTexts.js";
import { saveText } from "./saveText.js";
import { shownCount, shownQuantity } from "./shown.js";

const SHOWN = 10;

/** The first runs as every fit takes them, and all of them to keep. */
export function RunsTable({ observed }: { readonly observed: Observed }) {
  const t = inLocale(runsTexts);
  const { records, holdouts, names } = observed;
  const first: readonly (RunRecord & { readonly role?: string })[] = [...records.slice(0, SHOWN), ...holdouts];
  const has = (field: "budget" | "seed" | "uniqueTokens") => records.some((record) => record[field] !== undefined);
  const optional = (["budget", "seed", "uniqueTokens"] as const).filter(has);
  const heads = { budget: t.budget, seed: t.seed, uniqueTokens: t.unique };
  return (
    <section aria-labelledby="data-runs">
      <h2 id="data-runs">
        {t.title} <span class="faint">({t.count(shownCount(records.length))})</span>
      </h2>
      <ScrollBox label={t.title}>
        <table>
          <caption>{t.caption(shownCount(Math.min(SHOWN, records.length)), shownCount(records.length))}</caption>
          <thead>
            <tr>
              <th scope="col">{t.run}</th>
              {["N", "D", "C, FLOPs", t.loss, ...optional.map((field) => heads[field])].map((head) => (
                <th key={head} scope="col" class="number">
                  {head}
                </th>
              ))}
              {holdouts.length > 0 && <th scope="col">{t.role}</th>}
            </tr>
          </thead>
          <tbody>
            {first.map((record, at) => (
              // Names may repeat; the list is made anew as a whole.
              <tr key={`${at}`}>
                <th scope="row" class="data-name">
                  <span>{names[record.id] ?? record.id}</span>
                </th>
                {[record.parameters, record.tokens, record.flops].map((value, i) => (
                  <td key={["N", "D", "C"][i]} class="number">
                    {shownQuantity(value)}
                  </td>
                ))}
                <td class="number">{record.loss.toPrecision(5)}</td>
                {optional.map((field) => (
                  <td key={field} class="number">
                    {record[field] === undefined
                      ? "—"
                      : field === "seed"
                        ? String(record[field])
                        : shownQuantity(record[field])}
                  </td>
                ))}
                {holdouts.length > 0 && <td>{record.role === undefined ? "" : t.heldOut}</td>}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p>
        <button type="button" onClick={() => saveText("isoflop-runs.csv", recordsCsv(records))}>
          {t.csv}
        </button>
      </p>
    </section>
  );
}
