import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { configBeside } from "./configBeside.js";
import { fingerprintOf } from "./fingerprint.js";
import { flatten } from "./flatten.js";
import { numberedLines } from "./lines.js";
import { parseLooseJson } from "./looseJson.js";
import { firstMatch } from "./mapping/name.js";
import type { Mapping } from "./mapping/schema.js";
import type { ImportSource, TrackedPoint } from "./source.js";

/**
 * Files with one object of metrics a line, as OLMo, Levanter, lingua and many a script write them: by their names in the
 * mappings. A line {"config": …, "summary": …} gives the settings and last values. Settings may lie beside the file.
 */
export function metricFiles(mappings: readonly Mapping[]): ImportSource {
  const all = (role: "names" | "step" | "time") => [...new Set(mappings.flatMap(({ files }) => files?.[role] ?? []))];
  const [names, stepNames, timeNames] = [all("names"), all("step"), all("time")];
  return {
    name: "metrics",
    recognises: async (path) => names.includes(basename(path)) && (await stat(path)).isFile(),
    fingerprint: (path) => fingerprintOf([path]),
    open: async (path) => {
      const notices: string[] = [];
      const folder = dirname(path);
      let config = await configBeside(folder, notices);
      let summary: Record<string, unknown> = {};
      for await (const { text } of numberedLines(path)) {
        const head = parsed(text);
        if (isObject(head?.config)) config = { ...config, ...head.config };
        if (isObject(head?.summary)) summary = head.summary;
        break;
      }
      return {
        id: path,
        name: basename(folder),
        source: path,
        config,
        summary,
        series: () => pointsOf(path, stepNames, timeNames, notices),
        notices: () => notices,
      };
    },
  };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function parsed(text: string | undefined): Record<string, unknown> | undefined {
  try {
    const value = parseLooseJson(text ?? "");
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Told one by one; the rest of a file that is odd throughout in a sum. */
const TOLD = 5;

async function* pointsOf(
  path: string,
  stepNames: readonly string[],
  timeNames: readonly string[],
  notices: string[],
): AsyncGenerator<TrackedPoint, void, undefined> {
  let [odd, step] = [0, 0];
  for await (const { number, text, last } of numberedLines(path)) {
    if (text?.trim() === "") continue;
    const line = parsed(text);
    if (line === undefined) {
      const why =
        text === undefined ? "longer than 8 MB" : last ? "not ended, as of a run that was killed" : "no JSON object";
      if (++odd <= TOLD) notices.push(`${path}:${number} is ${why}, and is left out`);
      continue;
    }
    if (isObject(line.config) || isObject(line.summary)) continue;
    const values = flatten(line);
    const keys = [...values.keys()];
    const stepKey = firstMatch(stepNames, keys)?.key;
    const timeKey = firstMatch(timeNames, keys)?.key;
    // A line without a step belongs to the step before it.
    const logged = Number(stepKey === undefined ? undefined : values.get(stepKey));
    if (Number.isFinite(logged)) step = logged;
    const time = secondsOf(timeKey === undefined ? undefined : values.get(timeKey));
    for (const [key, value] of values) {
      if (key === stepKey || key === timeKey) continue;
      const number = numberOf(value);
      if (number !== undefined) yield { key, step, value: number, ...(time === undefined ? {} : { time }) };
    }
  }
  if (odd > TOLD) notices.push(`${path}: ${odd - TOLD} more lines like these`);
}

/** Numbers, and "NaN" and "Infinity" as words; text and flags are no scalars. */
export function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value !== "string" || !/^-?(nan|inf|infinity)$/i.test(value)) return undefined;
  return /nan/i.test(value) ? Number.NaN : value.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Seconds since 1970 of a number of seconds or milliseconds, or of a date as text. */
function secondsOf(value: unknown): number | undefined {
  if (typeof value === "string") {
    const milliseconds = Date.parse(value);
    return Number.isFinite(milliseconds) ? milliseconds / 1000 : undefined;
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return undefined;
  return value > 1e11 ? value / 1000 : value;
}
