/** How MLflow writes things down, in every kind of its stores. */

/** MLflow keeps parameters as Python's str() of them: numbers and switches are made such again, where nothing is lost by it. */
export function parameterValue(text: string): unknown {
  if (text === "True" || text === "False") return text === "True";
  if (!/^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return text;
  const value = Number(text);
  // An integer that a double cannot hold stays as it was.
  return /^-?\d+$/.test(text) && !Number.isSafeInteger(value) ? text : value;
}

/** A metric as Python's repr or protobuf's JSON writes it: nan, NaN, inf, Infinity. Undefined for what is no number. */
export function metricValue(value: unknown): number | undefined {
  if (typeof value === "number") return finiteOrBeyond(value);
  if (typeof value !== "string") return undefined;
  const word = value.toLowerCase();
  if (word === "nan") return Number.NaN;
  if (/^\+?inf(inity)?$/.test(word)) return Number.POSITIVE_INFINITY;
  if (/^-inf(inity)?$/.test(word)) return Number.NEGATIVE_INFINITY;
  return word.trim() !== "" && Number.isFinite(Number(word)) ? finiteOrBeyond(Number(word)) : undefined;
}

/** In a database MLflow puts the largest double in place of an infinity. */
function finiteOrBeyond(value: number): number {
  return Math.abs(value) === Number.MAX_VALUE ? Math.sign(value) * Number.POSITIVE_INFINITY : value;
}

/** RunStatus of mlflow/protos/service.proto, as number (files) or by name (databases, servers). */
const STATES: Readonly<Record<string, string>> = {
  1: "running",
  2: "running",
  3: "finished",
  4: "failed",
  5: "crashed",
  RUNNING: "running",
  SCHEDULED: "running",
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "crashed",
};

export function runState(status: unknown): string | undefined {
  return typeof status === "number" || typeof status === "string" ? STATES[String(status)] : undefined;
}

/** The user's tags as "key=value", or as the key where it has no value; MLflow's own (mlflow.source.name and the like) and those of `isoflop export` are left out. */
export function userTags(tags: Iterable<readonly [string, string]>): string[] {
  return [...tags]
    .filter(([key]) => !key.startsWith("mlflow.") && !key.startsWith("isoflop."))
    .map(([key, value]) => (value === "" ? key : `${key}=${value}`));
}
