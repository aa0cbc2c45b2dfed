import { type ColumnMap, type ColumnUse, findLosses, isTrainLoss } from "@isoflop/laws/observations";
import { firstMatch } from "../mapping/name.js";
import type { Mapping } from "../mapping/schema.js";
import { chosenName } from "./chosen.js";
import { type LossRule, lossBy, shownRule } from "./lossRule.js";
import { finite, type Series } from "./series.js";
import { asNumber } from "./settings.js";

/** A run's final loss, and the curve that led there. */
export interface SettledLoss {
  /** In nats per token, or in `unit`. */
  readonly loss: number;
  readonly unit?: NonNullable<ColumnUse["unit"]>;
  /** Of training, and not of held-out text. */
  readonly isTraining: boolean;
  readonly key: string;
  /** Undefined where only a summary has it. */
  readonly step?: number;
  readonly from: string;
  /** Losses along the run, for Approach 1. */
  readonly curve?: Series;
  readonly warnings: readonly string[];
}

/** The keys that may hold a loss of use, so that they are kept. */
export function isLossKey(key: string): boolean {
  return findLosses([key]).loss !== undefined;
}

/** The final loss by the rule; or why there is none. */
export function settleLoss(
  all: ReadonlyMap<string, unknown>,
  series: ReadonlyMap<string, Series>,
  mapping: Mapping,
  columns: ColumnMap,
  rule: LossRule,
): SettledLoss | { readonly reason: string } {
  const warnings: string[] = [];
  const keys = [...series.keys()].filter((key) => series.get(key)!.values.length > 0);
  const byName = findLosses(keys);
  const chosen = chosenName(columns, "loss");
  const validation = firstMatch(mapping.series.valLoss, keys);
  const training =
    chosenName(columns, "trainLoss")?.key ??
    firstMatch(mapping.series.trainLoss, keys)?.key ??
    byName.trainLoss?.column;
  const guessed = byName.loss?.column;
  const key =
    chosen?.key ?? validation?.key ?? (mapping.series.trainLoss === undefined ? guessed : (training ?? guessed));
  const last = lastSummaryLoss(all, mapping, key, chosen !== undefined);
  if (key === undefined || !series.has(key)) {
    if (last === undefined)
      return { reason: chosen === undefined ? "no loss was logged" : `no ${chosen.key} was logged` };
    return summaryLoss(last, chosen?.log ?? false, chosen?.scale ?? 1, rule);
  }
  const use = findLosses([key]).loss;
  const isTraining = isTrainLoss(key) || key === training;
  const rivals = validation?.others ?? (key === guessed ? byName.others.filter((name) => isRival(name, use)) : []);
  if (chosen === undefined && rivals.length > 0) {
    warnings.push(
      `several losses: ${key} is taken, not ${rivals.slice(0, 3).join(", ")}${rivals.length > 3 ? ", …" : ""}; --columns loss=… chooses`,
    );
  }
  const { series: losses, endsOdd } = finite(series.get(key)!);
  if (endsOdd) return { reason: `${key} ends as NaN or infinite: the run diverged` };
  if (rule.kind === "min-val" && isTraining)
    return { reason: `--loss min-val needs a validation loss, and ${key} is none` };
  const left = series.get(key)!.values.length - losses.values.length;
  if (left > 0) warnings.push(`${left} values of ${key} are NaN or infinite, and are left out`);
  const found = lossBy(losses, rule);
  const log = chosen?.log ?? use?.log ?? false;
  const scale = (chosen?.scale ?? 1) * (use?.scale ?? 1);
  const inNats = (value: number) => (log ? Math.log(value) : value * scale);
  const along = training === undefined || training === key ? undefined : series.get(training);
  const ofTraining = along === undefined ? undefined : finite(along).series;
  const trainingUse = training === undefined ? undefined : findLosses([training]).loss;
  // Curves in another unit than the loss would not belong to it.
  const isSameUnit = trainingUse?.unit === use?.unit && (trainingUse?.log ?? false) === (use?.log ?? false);
  const curve = ofTraining !== undefined && isSameUnit ? ofTraining : losses;
  return {
    loss: inNats(found.loss),
    ...(use?.unit === undefined ? {} : { unit: use.unit }),
    isTraining,
    key,
    step: found.step,
    from: `${shownRule(rule)} of ${key} at step ${found.step}`,
    curve: { ...curve, values: curve.values.map(inNats) },
    warnings,
  };
}

/** A loss on other text: neither of training nor the same one in another unit. */
function isRival(name: string, use: ColumnUse | undefined): boolean {
  const other = findLosses([name]).loss;
  return !isTrainLoss(name) && name !== "loss" && other?.unit === use?.unit && other?.log === use?.log;
}

function lastSummaryLoss(
  all: ReadonlyMap<string, unknown>,
  mapping: Mapping,
  key: string | undefined,
  isChosen: boolean,
): { readonly key: string; readonly value: number } | undefined {
  const numbers = new Map(
    [...all].flatMap(([name, value]) => (asNumber(value) === undefined ? [] : [[name, asNumber(value)!]])),
  );
  const keys = [...numbers.keys()];
  const name = isChosen
    ? key
    : (firstMatch(mapping.series.valLoss, keys)?.key ?? firstMatch(mapping.series.trainLoss, keys)?.key);
  const value = name === undefined ? undefined : numbers.get(name);
  return name === undefined || value === undefined ? undefined : { key: name, value };
}

function summaryLoss(
  { key, value }: { readonly key: string; readonly value: number },
  log: boolean,
  scale: number,
  rule: LossRule,
): SettledLoss | { readonly reason: string } {
  if (rule.kind !== "last") return { reason: `only the summary has ${key}: --loss last is all it can give` };
  const use = findLosses([key]).loss;
  return {
    loss: log || use?.log ? Math.log(value) : value * scale * (use?.scale ?? 1),
    ...(use?.unit === undefined ? {} : { unit: use.unit }),
    isTraining: isTrainLoss(key),
    key,
    from: `${key} of the summary`,
    warnings: [],
  };
}
