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
  const { pattern, scale } = withoutFactor(text);
  const isExact = !pattern.includes("*");
  const name: MappedName = {
    matches: isExact ? (key) => key === pattern : wildcard(pattern.split("*")),
    exact: isExact ? pattern : undefined,
    scale,
  };
  known.set(text, name);
  return name;
}

function withoutFactor(text: string): { readonly pattern: string; readonly scale: number } {
  const star = text.lastIndexOf("*");
  const pattern = text.slice(0, Math.max(0, star)).trimEnd();
  const factor = text.slice(star + 1).trimStart();
  if (pattern === "" || !/^\d[\d.]*(e[+-]?\d+)?$/i.test(factor)) return { pattern: text, scale: 1 };
  return { pattern, scale: Number(factor) };
}

/**
 * Whether the parts follow each other in a key, with anything between them. The first place of each part leaves most to those
 * after it: nothing is tried twice, as a regular expression would ("*a*a*a*a" takes it hours for a long key).
 */
function wildcard(parts: readonly string[]): (key: string) => boolean {
  const [first, last] = [parts[0]!, parts.at(-1)!];
  const between = parts.slice(1, -1);
  return (key) => {
    const end = key.length - last.length;
    let at = first.length;
    if (at > end || !key.startsWith(first) || !key.endsWith(last)) return false;
    for (const part of between) {
      const found = key.indexOf(part, at);
      at = found + part.length;
      if (found < 0 || at > end) return false;
    }
    return true;
  };
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
