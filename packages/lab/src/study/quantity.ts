import { isIsoflopError } from "@isoflop/laws/error";
import { parseFlops } from "@isoflop/laws/quantities";

/** "1e18", "70B", "20 PF-days", "5%", "0" as a number; undefined where it is none of these. */
export function parseQuantity(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return undefined;
  const plain = Number(trimmed);
  if (Number.isFinite(plain)) return plain;
  if (trimmed.endsWith("%")) {
    const percent = Number(trimmed.slice(0, -1));
    return trimmed.length > 1 && Number.isFinite(percent) ? percent / 100 : undefined;
  }
  const flops = parseFlops(trimmed);
  return isIsoflopError(flops) ? undefined : flops;
}
