/** A name of a mapping: what to look for, and by what to multiply it. */
export interface MappedName {
  readonly matches: (key: string) => boolean;
  /** Without "*": the only key that matches. */
  readonly exact: string | undefined;
  readonly scale: number;
}

const known = new Map<string, MappedName>();

/** "throughput/total_gflops*1e9" or "eval/…/loss" with a star for any words. */
export function mappedName(text: string): MappedName {
  const before = known.get(text);
  if (before !== undefined) return before;
  const [, pattern = text, factor] = /^(.+?)\s*\*\s*(\d[\d.]*(?:e[+-]?\d+)?)$/i.exec(text) ?? [];
  const isExact = !pattern.includes("*");
  const parts = pattern.split("*").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const expression = new RegExp(`^${parts.join(".*")}$`, "s");
  const name: MappedName = {
    matches: isExact ? (key) => key === pattern : (key) => expression.test(key),
    exact: isExact ? pattern : undefined,
    scale: factor === undefined ? 1 : Number(factor),
  };
  known.set(text, name);
  return name;
}

/** The first of the keys that the names prefer, alphabetically among several that one name takes. */
export function firstMatch(
  names: readonly string[] | undefined,
  keys: readonly string[],
): { readonly key: string; readonly scale: number; readonly others: readonly string[] } | undefined {
  for (const text of names ?? []) {
    const { matches, scale } = mappedName(text);
    const [key, ...others] = keys.filter(matches).sort();
    if (key !== undefined) return { key, scale, others };
  }
  return undefined;
}
