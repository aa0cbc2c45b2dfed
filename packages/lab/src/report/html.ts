/** Markup that is safe to put into a page as it stands. Only this module makes it. */
export class Html {
  readonly markup: string;

  private constructor(markup: string) {
    this.markup = markup;
  }

  /** Takes markup on trust: for the figures' own SVG and our style sheets, never for anything a user wrote. */
  static trusted(markup: string): Html {
    return new Html(markup);
  }
}

export type Insertable = Html | string | number | undefined | readonly Insertable[];

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text as HTML text or as a quoted attribute's value. Control characters, which HTML forbids, become U+FFFD. */
export function escapeHtml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not reach the page
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd")
      .replace(/[&<>"']/g, (character) => entities[character] ?? character)
  );
}

function insert(value: Insertable): string {
  if (value === undefined) return "";
  if (value instanceof Html) return value.markup;
  if (typeof value === "string") return escapeHtml(value);
  if (typeof value === "number") return String(value);
  return value.map(insert).join("");
}

/** Template tag: everything inserted is escaped unless it is Html already. */
export function html(strings: TemplateStringsArray, ...values: readonly Insertable[]): Html {
  return Html.trusted(strings.reduce((page, part, index) => page + insert(values[index - 1]) + part));
}
