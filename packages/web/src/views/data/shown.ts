/** A whole number with signs of thousands. */
export const shownCount = (value: number): string => value.toLocaleString("en-US");

/** A quantity to four digits: 6.871e9, 3.214. */
export function shownQuantity(value: number): string {
  if (value !== 0 && (Math.abs(value) >= 1e6 || Math.abs(value) < 1e-3)) {
    return value.toExponential(3).replace("+", "");
  }
  return String(Number(value.toPrecision(5)));
}
