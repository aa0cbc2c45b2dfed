import { statSync } from "node:fs";
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
    independent: true,
    mayBe: ({ path, names: inside }) => inside === undefined && names.includes(basename(path)),
    recognises: async (path) => names.includes(basename(path)) && statSync(path).isFile(),
    fingerprint: async (path) => fingerprintOf([path]),
    open: async (path) => {
      const notices: string[] = [];
      const folder = dirname(path);
      let config = configBeside(folder, notices);
      let summary: Record<string, unknown> = {};
      for (const { text } of numberedLines(path)) {
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

function* pointsOf(
  path: string,
  stepNames: readonly string[],
  timeNames: readonly string[],
  notices: string[],
): Generator<TrackedPoint, void, undefined> {
  let [odd, strange, step] = [0, 0, 0];
  const leave = (line: number, why: string) => {
    if (++odd <= TOLD) notices.push(`${path}:${line} is ${why}, and is left out`);
  };
  const layoutOf = layouts(stepNames, timeNames);
  for (const { number, text, last } of numberedLines(path)) {
    if (text?.trim() === "") continue;
    // The sign that stands for what is none in UTF-8: the numbers are what was logged, the names may not be.
    if (text?.includes("\uFFFD") && ++strange <= TOLD) {
      notices.push(`${path}:${number} holds signs that are no UTF-8: its names may not be what was logged`);
    }
    const line = parsed(text);
    if (line === undefined) {
      leave(
        number,
        text === undefined ? "longer than 8 MB" : last ? "not ended, as of a run that was killed" : "no JSON object",
      );
      continue;
    }
    if (isObject(line.config) || isObject(line.summary)) continue;
    const { keys, values, stepAt, timeAt } = layoutOf(line);
    // A line without a step belongs to the step before it.
    const logged = Number(values[stepAt]);
    if (Number.isFinite(logged)) step = logged;
    const time = secondsOf(values[timeAt]);
    for (let i = 0; i < keys.length; i++) {
      if (i === stepAt || i === timeAt) continue;
      const value = numberOf(values[i]);
      if (value !== undefined)
        yield time === undefined ? { key: keys[i]!, step, value } : { key: keys[i]!, step, value, time };
    }
  }
  const more = Math.max(0, odd - TOLD) + Math.max(0, strange - TOLD);
  if (more > 0) notices.push(`${path}: ${more} more lines like these`);
}

/** The names and values of a line, nested ones by their path, and which of them are its step and its time (or -1). */
interface LineLayout {
  readonly keys: readonly string[];
  readonly values: unknown[];
  readonly stepAt: number;
  readonly timeAt: number;
}

/** The layout of one line after the other, valid until the next: most have the names of the line before, found out once. */
function layouts(
  stepNames: readonly string[],
  timeNames: readonly string[],
): (line: Record<string, unknown>) => LineLayout {
  let known: LineLayout = { keys: [], values: [], stepAt: -1, timeAt: -1 };
  return (line) => {
    let count = 0;
    for (const key in line) {
      const value = line[key];
      if (key !== known.keys[count] || isObject(value)) {
        count = -1;
        break;
      }
      known.values[count++] = value;
    }
    if (count === known.keys.length) return known;
    const flat = flatten(line);
    const keys = [...flat.keys()];
    const place = (names: readonly string[]) => keys.indexOf(firstMatch(names, keys)?.key ?? "");
    known = { keys, values: [...flat.values()], stepAt: place(stepNames), timeAt: place(timeNames) };
    return known;
  };
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
