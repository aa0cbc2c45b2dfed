import type { Dropped } from "@isoflop/laws";
import { useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { type DroppedGroup, droppedGroups } from "./droppedGroups.js";
import { runsTexts } from "./runsTexts.js";
import { shownCount } from "./shown.js";

/** Rows that an opened group shows at first, and more at each turn. */
const STEP = 100;

/** What was left out: by reason, each row by its number. */
export function DroppedRows({ dropped }: { readonly dropped: readonly Dropped<string>[] }) {
  const t = inLocale(runsTexts);
  return (
    <section aria-labelledby="data-dropped">
      <h2 id="data-dropped">{t.dropped(shownCount(dropped.length))}</h2>
      {dropped.length === 0 ? (
        <p class="faint">{t.droppedNone}</p>
      ) : (
        droppedGroups(dropped).map((group) => <Group key={`${group.kind} ${group.subject}`} group={group} />)
      )}
    </section>
  );
}

function Group({ group: { kind, subject, rows } }: { readonly group: DroppedGroup }) {
  const t = inLocale(runsTexts);
  const [count, setCount] = useState(STEP);
  return (
    <details class="data-group">
      <summary>
        {t.reasons[kind](subject)} <span class="faint">({t.rowsOf(shownCount(rows.length))})</span>
      </summary>
      <ul>
        {rows.slice(0, count).map(({ row, detail }) => (
          <li key={row}>{detail === "" ? t.row(row) : `${t.row(row)}: ${detail}`}</li>
        ))}
      </ul>
      {rows.length > count && (
        <button type="button" onClick={() => setCount(count + STEP)}>
          {t.more(shownCount(rows.length - count))}
        </button>
      )}
    </details>
  );
}
