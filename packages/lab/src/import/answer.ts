/** Parts of a server's answer, which may be anything. */
export const mapping = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

export const array = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const string = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? value.toString() : "";
