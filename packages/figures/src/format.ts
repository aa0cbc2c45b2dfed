const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";
const units: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "k"],
];

/** `digits` significant digits, without trailing zeros and never in exponent form below 1e21. */
function significant(value: number, digits: number): string {
  return String(Number(value.toPrecision(digits)));
}

/** Parameters or tokens as the field writes them: 950, 12.3k, 70B, 1.4T. */
export function formatCount(count: number, digits = 3): string {
  // Rounding comes first: 999,999 is 1M, not 1000k.
  const rounded = Number(count.toPrecision(digits));
  const magnitude = Math.abs(rounded);
  if (magnitude >= 1e15) return formatFlops(rounded, digits);
  for (const [unit, suffix] of units) {
    if (magnitude >= unit) return significant(rounded / unit, digits) + suffix;
  }
  return significant(rounded, digits);
}

/** A power of ten in superscripts: 10²¹. */
export function powerOfTen(exponent: number): string {
  const digits = [...String(Math.abs(exponent))].map((digit) => superscripts[Number(digit)] ?? digit).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/** FLOPs in powers of ten: 3×10¹⁰, 5.76×10²³, 10²¹. Zero and negative values are written plainly. */
export function formatFlops(flops: number, digits = 3): string {
  if (!(flops > 0)) return String(flops);
  const [mantissa = "1", exponent = "0"] = flops.toExponential(digits - 1).split("e");
  const factor = significant(Number(mantissa), digits);
  return factor === "1" ? powerOfTen(Number(exponent)) : `${factor}×${powerOfTen(Number(exponent))}`;
}

/** A plain number of any size to three digits: 0.034, 1.69, 407, 64.6k, 1.2×10⁻⁵. */
export function formatAmount(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e4) return formatCount(value).replace("-", "−");
  if (size > 0 && size < 1e-3) return `${value < 0 ? "−" : ""}${formatFlops(size)}`;
  return significant(value, 3).replace("-", "−");
}

/** Nats per token; four decimals tell two good runs apart, three are enough for an axis. */
export function formatLoss(loss: number, decimals = 3): string {
  return loss.toFixed(decimals);
}

/** "0.501 (0.488–0.512)". */
export function formatEstimate(value: number, interval?: readonly [number, number], decimals = 3): string {
  const text = value.toFixed(decimals);
  return interval ? `${text} (${interval[0].toFixed(decimals)}–${interval[1].toFixed(decimals)})` : text;
}

/** Just as many decimals as tell the ticks apart. */
export function decimalFormat(ticks: readonly number[]): (value: number) => string {
  const decimals = Math.max(
    0,
    ...ticks.map((tick) => (String(Number(tick.toPrecision(10))).split(".")[1] ?? "").length),
  );
  return (value) => value.toFixed(Math.min(decimals, 6)).replace(/^-/, "−");
}
