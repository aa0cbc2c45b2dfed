import type { CountingConvention } from "@isoflop/laws";
import type { ManifestEntry } from "./manifest.js";
import { CONVENTION, type Counting } from "./settle/counting.js";
import type { SettledRecord } from "./settle/settle.js";

const NATS = "nats per token";

/** What holds of all imported runs together. */
export interface Together {
  readonly runs: readonly ManifestEntry[];
  readonly convention: CountingConvention;
  readonly warnings: readonly string[];
}

/**
 * Holds the runs against each other. Losses in different units cannot be fitted together: the most frequent unit stays, the
 * other runs are refused. Different counts of N, different losses and equal runs are warnings.
 */
export function holdTogether(entries: readonly ManifestEntry[], counting: Counting): Together {
  const bare = entries.map(({ apart: _, ...entry }): ManifestEntry => entry);
  const unit = mostFrequent(recordsOf(bare).map(({ lossUnit }) => lossUnit ?? NATS));
  const runs = bare.map((entry): ManifestEntry => {
    if (!("record" in entry.outcome)) return entry;
    const { lossUnit = NATS, lossKey } = entry.outcome.record;
    if (lossUnit === unit) return entry;
    const apart = `its loss (${lossKey}) is in ${lossUnit}, those of most runs in ${unit}; --columns loss=… chooses`;
    return { ...entry, apart };
  });
  const records = recordsOf(runs);
  const warnings: string[] = [];
  const tell = (what: string, groups: ReadonlyMap<string, number>) => {
    if (groups.size < 2) return;
    const listed = [...groups].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name} (${count} runs)`);
    warnings.push(`${what}: ${listed.slice(0, 5).join(", ")}${listed.length > 5 ? ", …" : ""}`);
  };
  const counts = countBy(records.map(({ counted }) => counted));
  tell("N is not counted in one way", counts);
  if (counting === "logged") {
    const programs = countBy(runs.filter(isRecord).map(({ mapping }) => mapping));
    tell("C was logged by programs that may count it in different ways", programs);
  }
  tell("Losses of different names are mixed", countBy(records.map(({ lossKey }) => lossKey)));
  if (records.some(({ isTraining }) => isTraining)) {
    warnings.push("Losses are those of training: below the test loss where data repeat, and noisier.");
  }
  warnings.push(...twins(runs));
  const wanted = CONVENTION[counting];
  const [only] = counts.keys();
  return {
    runs,
    warnings,
    convention: {
      parameters:
        counts.size === 1 && only !== undefined
          ? (only as CountingConvention["parameters"])
          : counts.size === 0
            ? wanted.parameters
            : "given",
      flops: wanted.flops,
    },
  };
}

const isRecord = ({ outcome, apart }: ManifestEntry): boolean => "record" in outcome && apart === undefined;

const recordsOf = (entries: readonly ManifestEntry[]): SettledRecord[] =>
  entries.flatMap(({ outcome, apart }) => ("record" in outcome && apart === undefined ? [outcome.record] : []));

function countBy(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function mostFrequent(names: readonly string[]): string | undefined {
  return [...countBy(names)].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** Runs with the same numbers to the last bit: one run, logged by two trackers. */
function twins(entries: readonly ManifestEntry[]): string[] {
  const byNumbers = new Map<string, ManifestEntry[]>();
  for (const entry of entries) {
    if (!("record" in entry.outcome)) continue;
    const { parameters, tokens, loss, seed } = entry.outcome.record;
    const key = [parameters, tokens, loss, seed].join();
    byNumbers.set(key, [...(byNumbers.get(key) ?? []), entry]);
  }
  return [...byNumbers.values()]
    .filter((same) => same.length > 1)
    .map(
      (same) => `The same N, D and loss in ${same.map(({ path }) => path).join(" and ")}: is it one run, logged twice?`,
    );
}
