import { type Html, html, type Insertable } from "./html.js";

export interface Column<Row> {
  readonly heading: string;
  /** Unit, shown under the heading. */
  readonly unit?: string;
  /** "number" sets the column flush right in tabular figures. */
  readonly kind?: "number" | "text";
  readonly cell: (row: Row) => Insertable;
}

/** A table in a container of its own that scrolls sideways where the page is narrow. The first column names the row. */
export function table<Row>(caption: string, columns: readonly Column<Row>[], rows: readonly Row[]): Html {
  const side = (column: Column<Row>): string => (column.kind === "number" ? "number" : "text");
  const head = columns.map(
    (column) =>
      html`<th scope="col" class="${side(column)}">${column.heading}${column.unit ? html`<small>${column.unit}</small>` : ""}</th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map((column, index) =>
      index === 0
        ? html`<th scope="row" class="${side(column)}">${column.cell(row)}</th>`
        : html`<td class="${side(column)}">${column.cell(row)}</td>`,
    );
    return html`<tr>${cells}</tr>\n`;
  });
  // Focusable, so that the keyboard can scroll it too.
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody></table></div>`;
}
