/** Most characters of a key of any kind. */
const LONGEST = 250;

/**
 * Names as MLflow takes them (mlflow/utils/validation.py of mlflow 3.17.2): letters, digits and _ - . : / and blanks, and nothing that as a
 * path is another one. Others are changed, so that no two become one; `changed` says which.
 */
export function mlflowNames() {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return {
    nameOf(name: string): string {
      const known = given.get(name);
      if (known !== undefined) return known;
      const plain = valid(name).slice(0, LONGEST);
      let unique = plain;
      for (let i = 2; taken.has(unique); i++) unique = `${plain.slice(0, LONGEST - 8)}_${i}`;
      given.set(name, unique);
      taken.add(unique);
      return unique;
    },
    changed: (): (readonly [string, string])[] => [...given].filter(([from, to]) => from !== to),
  };
}

function valid(name: string): string {
  const parts = name
    .replace(/[^/\p{L}\p{N}_.\- :]/gu, "_")
    .split("/")
    .filter((part) => part !== "" && part !== ".");
  return parts.map((part) => (part === ".." ? "_" : part)).join("/") || "_";
}
