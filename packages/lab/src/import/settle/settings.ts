import { flatten } from "../flatten.js";
import { firstMatch } from "../mapping/name.js";
import type { Mapping, Setting, Settled } from "../mapping/schema.js";
import type { TrackedRun } from "../source.js";

/** A value that a run's settings or its summary hold, and under which name. */
export interface Found<T> {
  readonly value: T;
  readonly key: string;
}

export interface Settings {
  /** Every setting and every value of the summary by its path; a setting goes before. */
  readonly all: ReadonlyMap<string, unknown>;
  readonly number: (setting: Setting) => Found<number> | undefined;
  /** Under every name of the setting that is there, the preferred one first. */
  readonly numbers: (setting: Setting) => readonly Found<number>[];
  readonly flag: (setting: Setting) => Found<boolean> | undefined;
  readonly word: (setting: Setting) => Found<string> | undefined;
  /** What the mapping says of all of the program's models, or of those of this kind. */
  readonly settled: Settled;
}

export function allSettings({ config, summary }: Pick<TrackedRun, "config" | "summary">): Map<string, unknown> {
  return new Map([...flatten(summary), ...flatten(config)]);
}

/** What a mapping's names find among a run's settings. */
export function settingsOf(all: ReadonlyMap<string, unknown>, { config, always, families }: Mapping): Settings {
  const keys = [...all.keys()];
  const findAll = <T>(setting: Setting, read: (value: unknown, scale: number) => T | undefined): Found<T>[] =>
    // A name that is there without a value ("n_inner": null) leaves it to the next one.
    (config[setting] ?? []).flatMap((name) => {
      const match = firstMatch([name], keys);
      const value = match === undefined ? undefined : read(all.get(match.key), match.scale);
      return match === undefined || value === undefined ? [] : [{ value, key: match.key }];
    });
  const find = <T>(setting: Setting, read: (value: unknown, scale: number) => T | undefined): Found<T> | undefined =>
    findAll(setting, read)[0];
  const scaled = (value: unknown, scale: number): number | undefined => {
    const number = asNumber(value);
    return number === undefined ? undefined : number * scale;
  };
  const family = families === undefined ? undefined : families[String(all.get(families.key))];
  return {
    all,
    number: (setting) => find(setting, scaled),
    numbers: (setting) => findAll(setting, scaled),
    flag: (setting) =>
      find(setting, (value) =>
        typeof value === "boolean" ? value : value === "true" || value === "false" ? value === "true" : undefined,
      ),
    word: (setting) => find(setting, (value) => (typeof value === "string" ? value : undefined)),
    settled: { ...always, ...(typeof family === "object" ? family : {}) },
  };
}

/** Numbers, also as text: command lines are logged so. */
export function asNumber(value: unknown): number | undefined {
  const number =
    typeof value === "number" ? value : typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
}
