import { ScrollBox } from "../../components/ScrollBox.js";
import { inLocale } from "../../i18n/locale.js";
import { dropTexts } from "./dropTexts.js";
import { forgetAll, forgetFile, tables } from "./importState.js";
import { focusPicker } from "./picker.js";
import { shownCount } from "./shown.js";

/** The files that were read. */
export function FilesTable() {
  const t = inLocale(dropTexts);
  if (tables.value.length === 0) return null;
  const isOdd = tables.value.some(({ notices }) => notices.length > 0);
  return (
    <section aria-labelledby="data-files">
      <h2 id="data-files">{t.files}</h2>
      <ScrollBox label={t.files}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t.file}</th>
              <th scope="col" class="number">
                {t.rows}
              </th>
              <th scope="col" class="number">
                {t.columns}
              </th>
              {isOdd && <th scope="col">{t.readAs}</th>}
              <td>
                {tables.value.length > 1 && (
                  <button type="button" onClick={() => gone(forgetAll)}>
                    {t.forgetAll}
                  </button>
                )}
              </td>
            </tr>
          </thead>
          <tbody>
            {tables.value.map(({ name, rows, columns, notices }) => (
              <tr key={name}>
                <th scope="row" class="data-name">
                  <span>{name}</span>
                </th>
                <td class="number">{shownCount(rows)}</td>
                <td class="number">{shownCount(columns.length)}</td>
                {isOdd && <td>{notices.map((notice) => t.notices[notice]).join("; ") || "—"}</td>}
                <td>
                  <button type="button" aria-label={t.forgetFile(name)} onClick={() => gone(() => forgetFile(name))}>
                    {t.forget}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollBox>
    </section>
  );
}

/** Forgets what has the focus. */
function gone(forget: () => void): void {
  forget();
  focusPicker();
}
