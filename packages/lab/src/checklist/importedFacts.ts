import { flatten } from "../import/flatten.js";
import type { ManifestEntry } from "../import/manifest.js";
import { shippedMappings } from "../import/mapping/load.js";
import { asNumber, settingsOf } from "../import/settle/settings.js";
import { openStored } from "../import/store.js";
import { READ_AT_ONCE } from "../runs/records.js";
import { learningRateAlong } from "./learningRateAlong.js";
import { namedSettings, shownSetting } from "./settingNames.js";
import { digits } from "./spread.js";
import type { RunFacts } from "./subject.js";

/** Series of learning rates are read of so many points at most, of all runs together: those of thousands are gigabytes. */
const MOST_POINTS = 2_000_000;

/** What imported runs say of their training: settings as they were logged, and the learning rate where it was. */
export async function factsOfImported(folder: string, entries: readonly ManifestEntry[]): Promise<RunFacts[]> {
  const facts: RunFacts[] = [];
  const readsSeries = entries.reduce((sum, { points }) => sum + points, 0) <= MOST_POINTS;
  for (let i = 0; i < entries.length; i += READ_AT_ONCE) {
    const some = entries.slice(i, i + READ_AT_ONCE);
    facts.push(...(await Promise.all(some.map((entry) => factsOf(folder, entry, readsSeries)))));
  }
  return facts;
}

async function factsOf(folder: string, entry: ManifestEntry, readsSeries: boolean): Promise<RunFacts> {
  const run = await openStored(folder, entry.id).catch(() => undefined);
  // Its copy is gone or damaged: nothing is known but the record.
  if (run === undefined) return {};
  const all = flatten(run.config);
  const mappings = shippedMappings();
  const mapping = mappings.find(({ name }) => name === entry.mapping) ?? mappings.at(-1)!;
  const { number, flag, word, settled } = settingsOf(all, mapping);
  const byNames = settingsOf(all, mappings.at(-1)!);
  const named = namedSettings(all);
  const size = (what: "layers" | "width" | "heads" | "vocabulary" | "context") =>
    number(what)?.value ?? byNames.number(what)?.value;
  const [width, layers, heads] = [size("width"), size("layers"), size("heads")];
  const architecture = [
    labelled("activation", word("activation")?.value ?? settled.activation),
    labelled("positions", word("positions")?.value ?? settled.positions),
    labelled("norm", word("normalisation")?.value ?? settled.normalisation),
    tying(flag("tiedEmbeddings")?.value ?? settled.tiedEmbeddings),
  ].filter((part) => part !== undefined);
  const along = readsSeries ? await learningRateAlong(run, mapping) : undefined;
  const record = "record" in entry.outcome ? entry.outcome.record : undefined;
  const learningRate = asNumber(named("learningRate")?.value) ?? along?.peak;
  const length = asNumber(named("scheduleLength")?.value);
  const batch = number("batchTokens") ?? byNames.number("batchTokens");
  const sequences = shownSetting(named("batch"));
  const epochs = asNumber(named("epochs")?.value);
  return {
    ...(width === undefined || layers === undefined
      ? {}
      : { shape: `${width} wide, ${layers} layers${heads === undefined ? "" : `, ${heads} heads`}` }),
    ...given("architecture", architecture.length === 0 ? undefined : architecture.join(", ")),
    ...given("vocabulary", size("vocabulary")),
    ...given("context", size("context")),
    ...given("corpus", shownSetting(named("corpus"))),
    ...given("tokenizer", shownSetting(named("tokenizer"))),
    ...given("epochs", epochs),
    ...given("optimiser", optimiserOf(named)),
    ...given("learningRate", learningRate),
    ...given("schedule", shownSetting(named("schedule"))),
    ...given("ending", along?.ending ?? endingBy(length, record?.step)),
    ...given("warmup", shownSetting(named("warmup")) ?? along?.warmup),
    ...given("batch", batch === undefined ? sequences : `${digits(batch.value)} tokens`),
    ...given("seed", record?.seed),
    ...given("software", shownSetting(named("software"))),
    ...given("precision", precisionOf(named)),
    ...given("averaging", shownSetting(named("averaging"))),
  };
}

function given<Key extends keyof RunFacts>(key: Key, value: RunFacts[Key] | undefined): Pick<RunFacts, Key> | object {
  return value === undefined ? {} : { [key]: value };
}

const labelled = (name: string, value: string | undefined): string | undefined =>
  value === undefined ? undefined : `${name} ${value}`;

const tying = (tied: boolean | undefined): string | undefined =>
  tied === undefined ? undefined : `embeddings ${tied ? "tied" : "not tied"}`;

function optimiserOf(named: ReturnType<typeof namedSettings>): string | undefined {
  const kind = shownSetting(named("optimiser"));
  if (kind === undefined) return undefined;
  const settings = (["beta1", "beta2", "betas", "weightDecay", "clip"] as const).map((what) =>
    shownSetting(named(what)),
  );
  return [kind, ...settings.filter((text) => text !== undefined)].join(", ");
}

function precisionOf(named: ReturnType<typeof namedSettings>): string | undefined {
  if (named("bf16")?.value === true) return "bf16";
  if (named("fp16")?.value === true) return "fp16";
  return shownSetting(named("precision"));
}

/** By the settings alone: does the schedule end where the run's loss was taken? */
function endingBy(length: number | undefined, step: number | undefined): string | undefined {
  if (length === undefined || step === undefined || !(length > 0)) return undefined;
  const share = step / length;
  if (Math.abs(share - 1) < 0.02) return "the run ends with the steps that were set for it";
  return `the loss is from ${Math.round(100 * share)} % of the steps that were set`;
}
