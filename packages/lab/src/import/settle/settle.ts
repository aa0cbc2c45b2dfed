import { type ColumnMap, type ProgressPoint, type RunCounts, thinCurve } from "@isoflop/laws/observations";
import { chooseMapping } from "../mapping/choose.js";
import { mappedName } from "../mapping/name.js";
import type { Mapping } from "../mapping/schema.js";
import type { TrackedRun } from "../source.js";
import { chosenName } from "./chosen.js";
import type { Counting } from "./counting.js";
import { isLossKey, type SettledLoss, settleLoss } from "./losses.js";
import type { LossRule } from "./lossRule.js";
import { settleQuantities } from "./quantities.js";
import { grownAt, MOST_POINTS, type Series, seriesKeeper } from "./series.js";
import { allSettings, settingsOf } from "./settings.js";

/** How runs become records. */
export interface SettleOptions {
  readonly mappings: readonly Mapping[];
  readonly columns: ColumnMap;
  readonly rule: LossRule;
  readonly counting: Counting;
}

/** One imported run as a record. */
export interface SettledRecord {
  readonly parameters: number;
  readonly tokens: number;
  readonly flops: number;
  readonly loss: number;
  readonly lossUnit?: NonNullable<SettledLoss["unit"]>;
  readonly lossKey: string;
  readonly isTraining: boolean;
  readonly step?: number;
  readonly seed?: number;
  readonly budget?: number;
  readonly uniqueTokens?: number;
  readonly counted: "total" | "non-embedding" | "given";
  /** N and FLOPs per token by every convention that is known; of folders imported before this was kept, absent. */
  readonly counts?: RunCounts;
  /** Where each is from. */
  readonly origin: readonly string[];
}

export interface Settled {
  readonly mapping: string;
  readonly outcome: { readonly record: SettledRecord } | { readonly reason: string };
  readonly warnings: readonly string[];
  /** Tokens and losses along the run. */
  readonly curve: readonly ProgressPoint[];
}

/** Points that an imported curve keeps: see thinCurve. */
const CURVE_POINTS = 400;

/** What gathers the points that a record needs, while all of them are being written elsewhere. */
export function settler({ mappings, columns, rule, counting }: SettleOptions) {
  const patterns = [...new Set(mappings.flatMap(({ series }) => Object.values(series).flat()))].map(mappedName);
  const chosen = (Object.keys(columns) as (keyof ColumnMap)[]).map((field) => chosenName(columns, field)?.key);
  const keeper = seriesKeeper(
    (key) => chosen.includes(key) || isLossKey(key) || patterns.some(({ matches }) => matches(key)),
  );
  return {
    add: keeper.add,
    /** Once every point was added. */
    settle(run: Pick<TrackedRun, "config" | "summary">): Settled {
      const all = allSettings(run);
      const mapping = chooseMapping(mappings, [...all.keys()], [...keeper.series.keys()]);
      const settings = settingsOf(all, mapping);
      const refused = (reason: string, warnings: readonly string[] = []): Settled => ({
        mapping: mapping.name,
        outcome: { reason },
        warnings,
        curve: [],
      });
      if (keeper.overflown()) return refused(`its losses and tokens are more than ${MOST_POINTS} points`);
      const loss = settleLoss(all, keeper.series, mapping, columns, rule);
      if ("reason" in loss) return refused(loss.reason);
      if (!(loss.loss > 0)) return refused(`its loss is ${loss.loss} (${loss.from})`, loss.warnings);
      const found = settleQuantities(settings, keeper.series, mapping, columns, counting, loss.step);
      if ("reason" in found) return refused(found.reason, loss.warnings);
      const warnings = [...loss.warnings, ...found.warnings];
      const restarts = keeper.series.get(loss.key)?.restarts ?? 0;
      if (restarts > 0) {
        warnings.push(
          `${loss.key} goes back in its steps ${restarts} times: the later values hold, as after a restart`,
        );
      }
      const whole = (value: number | undefined) => (value !== undefined && Number.isInteger(value) ? value : undefined);
      const positive = (value: number | undefined) => (value !== undefined && value > 0 ? value : undefined);
      const [seed, budget, uniqueTokens] = [
        whole(settings.number("seed")?.value),
        positive(settings.number("budget")?.value),
        positive(settings.number("uniqueTokens")?.value),
      ];
      return {
        mapping: mapping.name,
        warnings,
        outcome: {
          record: {
            parameters: found.parameters,
            tokens: found.tokens,
            flops: found.flops,
            loss: loss.loss,
            ...(loss.unit === undefined ? {} : { lossUnit: loss.unit }),
            lossKey: loss.key,
            isTraining: loss.isTraining,
            ...(loss.step === undefined ? {} : { step: loss.step }),
            ...(seed === undefined ? {} : { seed }),
            ...(budget === undefined ? {} : { budget }),
            ...(uniqueTokens === undefined ? {} : { uniqueTokens }),
            counted: found.counted,
            counts: found.counts,
            origin: [
              `N: ${found.from.parameters}`,
              `D: ${found.from.tokens}`,
              `C: ${found.from.flops}`,
              `loss: ${loss.from}`,
            ],
          },
        },
        curve: curveOf(loss, found.tokens, found.from.tokens, keeper.series),
      };
    },
  };
}

/** The losses over the tokens: by the logged series that D is from, or in proportion to the steps. */
function curveOf(
  { curve, step }: SettledLoss,
  tokens: number,
  tokensFrom: string,
  series: ReadonlyMap<string, Series>,
): ProgressPoint[] {
  if (curve === undefined || step === undefined || step <= 0) return [];
  const logged = [...series].find(([key]) => tokensFrom.startsWith(`${key} at step`))?.[1];
  const end = logged === undefined ? undefined : grownAt(logged, step);
  const at = (s: number) =>
    logged === undefined || end === undefined ? (tokens * s) / step : (tokens * (grownAt(logged, s) ?? 0)) / end;
  const points = curve.steps.map((s, i) => ({ progress: at(s), loss: curve.values[i]! }));
  return thinCurve(
    points.filter(({ progress, loss }) => progress > 0 && progress <= tokens * (1 + 1e-9) && Number.isFinite(loss)),
    CURVE_POINTS,
  );
}
