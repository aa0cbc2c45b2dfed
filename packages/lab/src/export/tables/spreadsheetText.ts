/**
 * First signs of a cell that a spreadsheet may run as a formula: OWASP, "CSV Injection", with the full-width forms that some
 * of them take for the same. A quote before it makes it text; one more for texts that begin so already, so that no two become one.
 */
const FORMULA = /^'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** A text that no spreadsheet executes; all others as they are. */
export const inertText = (value: string): string => (FORMULA.test(value) ? `'${value}` : value);
