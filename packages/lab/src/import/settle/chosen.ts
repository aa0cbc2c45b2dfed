import type { ColumnMap } from "@isoflop/laws/observations";
import { mappedName } from "../mapping/name.js";
import { grownAt, type Series } from "./series.js";
import { asNumber } from "./settings.js";

/** What --columns names: "val/loss", "params_m*1e6", "ln(ppl)". */
export interface ChosenName {
  readonly key: string;
  readonly scale: number;
  readonly log: boolean;
}

export function chosenName(columns: ColumnMap, field: keyof ColumnMap): ChosenName | undefined {
  const text = columns[field];
  if (text === undefined) return undefined;
  const logged = /^ln\(\s*(.+?)\s*\)$/.exec(text)?.[1];
  const { exact, scale } = mappedName(logged ?? text);
  return { key: exact ?? text, scale, log: logged !== undefined };
}

/** The chosen number: a setting or a value of the summary, or of a series at a step. */
export function chosenNumber(
  name: ChosenName | undefined,
  all: ReadonlyMap<string, unknown>,
  series: ReadonlyMap<string, Series>,
  step: number | undefined,
): number | undefined {
  if (name === undefined) return undefined;
  const found = series.get(name.key);
  const value =
    (found === undefined || step === undefined ? undefined : grownAt(found, step)) ?? asNumber(all.get(name.key));
  if (value === undefined) return undefined;
  return name.log ? Math.log(value) : value * name.scale;
}
