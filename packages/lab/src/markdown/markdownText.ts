/**
 * Text that Markdown and HTML show and do not interpret: no emphasis, link, heading, table cell or tag comes of it, and no address
 * becomes a link by itself.
 */
export function markdownText(text: string): string {
  return (
    text
      .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
      // As references where a backslash would begin mathematics: \\( and \\[ on Hugging Face.
      .replaceAll(/[&<>[\]$\\]/g, (sign) => `&#${sign.codePointAt(0)};`)
      .replaceAll(/[`*_{}|~]/g, (sign) => `\\${sign}`)
      .replaceAll("://", "&#58;//")
      .replaceAll(/www\./gi, (start) => `${start.slice(0, 3)}&#46;`)
      .replaceAll("@", "&#64;")
      // At the start of a line these make headings, lists and rules; 1.5 and -2 remain as they are.
      .replace(
        /^\s*(?:([#=])|(\d*)([-+.)])(?![\d.]))/,
        (_, heading?: string, digits = "", mark = "") => `${digits}&#${(heading ?? mark).codePointAt(0)};`,
      )
  );
}

export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(headings), line(headings.map(() => "---")), ...rows.map(line)].join("\n");
}
