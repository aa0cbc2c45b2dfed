import { IsoflopError } from "@isoflop/laws";

/** Reads "a=b,c=d"; a comma that no "name=" follows belongs to the value. Errors: columns-syntax. */
export function parseAssignments(text: string, flag: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of text.split(/,(?=[^,=]*=)/)) {
    const equals = part.indexOf("=");
    const [name, value] = [part.slice(0, equals).trim(), part.slice(equals + 1).trim()];
    if (equals < 1 || name === "" || value === "" || found[name] !== undefined) {
      throw new IsoflopError({
        code: "columns-syntax",
        message: `${flag}: cannot read ${JSON.stringify(part)}${found[name] === undefined ? "" : `, which gives ${name} twice`}.`,
        hint: `Write for example ${flag} x=examples,y=error.`,
      });
    }
    found[name] = value;
  }
  return found;
}

/** The same with numbers on the right. Errors: columns-syntax, bad-quantity. */
export function parseNumbers(text: string, flag: string): Record<string, number> {
  const entries = Object.entries(parseAssignments(text, flag)).map(([name, value]) => {
    const number = Number(value);
    if (Number.isFinite(number)) return [name, number] as const;
    throw new IsoflopError({
      code: "bad-quantity",
      message: `${flag}: ${name}=${value} is no number.`,
      hint: `Write for example ${flag} alpha=0.34.`,
    });
  });
  return Object.fromEntries(entries);
}
