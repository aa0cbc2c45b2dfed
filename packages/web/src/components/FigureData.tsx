import { useState } from "preact/hooks";
import { inLocale } from "../i18n/locale.js";
import { componentTexts } from "./componentTexts.js";
import { type Cell, figureTables } from "./figureTables.js";
import { ScrollBox } from "./ScrollBox.js";

const MOST_ROWS = 200;
const cellOf = (value: Cell | undefined): string =>
  typeof value === "number" ? String(Number(value.toPrecision(6))) : String(value ?? "");

/** What a figure draws, as tables, made when they are opened. */
export function FigureData({ data, title }: { readonly data: unknown; readonly title: string }) {
  const t = inLocale(componentTexts);
  const [open, setOpen] = useState(false);
  return (
    <details class="figure-data" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t.data}</summary>
      {open &&
        figureTables(data).map(({ name, columns, rows }) => {
          const shown = rows.slice(0, MOST_ROWS);
          const caption = t.table(name, shown.length, rows.length);
          return (
            <ScrollBox label={`${title}: ${caption}`} key={name}>
              <table>
                <caption>{caption}</caption>
                <thead>
                  <tr>
                    {columns.map((column) => (
                      <th scope="col" key={column}>
                        {column}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody>
                  {shown.map((row, index) => (
                    <tr key={index}>
                      {row.map((value, at) => (
                        <td key={columns[at]}>{cellOf(value)}</td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </ScrollBox>
          );
        })}
    </details>
  );
}
