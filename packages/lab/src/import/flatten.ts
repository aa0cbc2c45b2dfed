/** Nested settings by their path with dots; lists and their members stay whole. */
export function flatten(settings: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const add = (path: string, value: unknown, depth: number): void => {
    if (typeof value === "object" && value !== null && !Array.isArray(value) && depth < 20) {
      for (const [name, inner] of Object.entries(value)) add(path === "" ? name : `${path}.${name}`, inner, depth + 1);
    } else if (path !== "") found.set(path, value);
  };
  add("", settings, 0);
  return found;
}
