import { formatCount, formatFlops, type RunRecord } from "@isoflop/laws";
import { type ChecklistSection, itemOf, type Part, says } from "./item.js";
import { runs as countRuns, factOf, spreadOf } from "./spread.js";
import type { ChecklistSubject, RunFacts } from "./subject.js";

/** The training set-up. */
export function trainingSection({ records, runs, counted, remedy }: ChecklistSubject): ChecklistSection {
  const fact = <Key extends keyof RunFacts>(what: string, key: Key, show?: (value: number) => string) =>
    factOf(
      what,
      runs.map((run) => run[key]),
      remedy,
      show === undefined ? undefined : (value) => (typeof value === "number" ? show(value) : String(value)),
    );
  return {
    heading: "Training set-up",
    items: [
      itemOf("training.models", "How many models are trained, in which range of size?", sizes(records)),
      itemOf("training.shapes", "Which shapes and architecture have they?", [
        ...fact("shape", "shape"),
        ...fact("architecture", "architecture"),
      ]),
      itemOf("training.tokens", "On how many tokens each, and is any text repeated?", [
        ...tokens(records),
        ...repeats(records, runs, remedy),
      ]),
      itemOf("training.data", "On which data, with which tokenizer, vocabulary and context?", [
        ...fact("corpus", "corpus"),
        ...fact("tokenizer", "tokenizer"),
        ...fact("vocabulary", "vocabulary", String),
        ...fact("context", "context", (value) => `${value} tokens`),
      ]),
      itemOf("training.counting", "How are N, D and C counted, embeddings included or not?", counted),
      itemOf("training.optimiser", "Which optimiser, with which settings?", fact("optimiser", "optimiser")),
      itemOf(
        "training.learning-rate",
        "Which learning rate and schedule, and is it matched to the length of each run?",
        [
          ...fact("peak learning rate", "learningRate"),
          ...fact("schedule", "schedule"),
          ...fact("its end", "ending"),
          ...fact("warm-up", "warmup"),
        ],
      ),
      itemOf("training.batch", "Which batch size?", fact("batch", "batch")),
      itemOf(
        "training.search",
        "Were hyperparameters searched, how and at which scale?",
        fact("how they were chosen", "chosen"),
      ),
      itemOf("training.seeds", "Which seeds, and how many repeats?", [
        ...fact("seed", "seed", String),
        ...repeatsOf(records),
      ]),
      itemOf("training.software", "With which software, in which precision?", [
        ...fact("software", "software"),
        ...fact("precision", "precision"),
      ]),
    ],
  };
}

/** Runs by decade of N. */
function sizes(records: readonly RunRecord[]): Part[] {
  if (records.length === 0) return [];
  const decades = new Map<number, number>();
  for (const { parameters } of records) {
    const decade = Math.floor(Math.log10(parameters));
    decades.set(decade, (decades.get(decade) ?? 0) + 1);
  }
  const ranges = [...decades]
    .sort(([a], [b]) => a - b)
    .map(([decade, count]) => `${count} from ${formatCount(10 ** decade)} to ${formatCount(10 ** (decade + 1))}`);
  const trained = new Set(records.map(({ id, run }) => run ?? id)).size;
  const distinct = new Set(records.map(({ parameters }) => parameters)).size;
  return [
    says(`${countRuns(trained)} of ${distinct} ${distinct === 1 ? "size" : "sizes"}: ${ranges.join(", ")} parameters`),
    says(
      `N: ${spreadOf(
        records.map(({ parameters }) => parameters),
        formatCount,
      )}`,
    ),
    says(
      `C: ${spreadOf(
        records.map(({ flops, budget }) => budget ?? flops),
        formatFlops,
      )} FLOPs`,
    ),
  ];
}

function tokens(records: readonly RunRecord[]): Part[] {
  const text = spreadOf(
    records.map((record) => record.tokens),
    formatCount,
  );
  return text === undefined ? [] : [says(`D: ${text} tokens`)];
}

function repeats(records: readonly RunRecord[], runs: readonly RunFacts[], remedy: string): Part[] {
  const repeated = records.filter(({ uniqueTokens, tokens: all }) => uniqueTokens !== undefined && uniqueTokens < all);
  if (repeated.length > 0) {
    const most = repeated.reduce((top, record) => Math.max(top, record.tokens / record.uniqueTokens!), 1);
    return [says(`${countRuns(repeated.length)} repeat text, at most ${most.toFixed(1)} times`)];
  }
  return factOf(
    "passes over the text",
    runs.map(({ epochs }) => epochs),
    remedy,
    (value) => Number(value).toPrecision(2),
  );
}

/** Runs of the same N and D that differ in their seed. */
function repeatsOf(records: readonly RunRecord[]): Part[] {
  const groups = new Map<string, Set<number | string>>();
  for (const { parameters, tokens: D, seed, run, id } of records) {
    const key = `${parameters}/${D}`;
    groups.set(key, (groups.get(key) ?? new Set()).add(seed ?? run ?? id));
  }
  const several = [...groups.values()].filter(({ size }) => size > 1);
  return [
    says(
      several.length === 0
        ? "no N and D was trained twice: the noise from seed to seed is not measured"
        : `${several.length} of ${groups.size} pairs of N and D were trained more than once (at most ${several.reduce((most, { size }) => Math.max(most, size), 0)} times)`,
    ),
  ];
}
