import type { ColumnUse, Field } from "@isoflop/laws/observations";

type Unit = Omit<ColumnUse, "column">;
/** Units by the names that the page's texts have for them. */
export type UnitKey =
  | "one"
  | "thousand"
  | "million"
  | "billion"
  | "trillion"
  | "flops"
  | "teraflops"
  | "exaflops"
  | "zettaflops"
  | "pfdays"
  | "efdays"
  | "nats"
  | "perplexity"
  | "bits"
  | "bitsPerByte"
  | "bitsPerCharacter"
  | "natsPerByte";
interface UnitChoice {
  readonly key: UnitKey;
  readonly unit: Unit;
}

const scales = (entries: readonly (readonly [UnitKey, number])[]): UnitChoice[] =>
  entries.map(([key, scale]) => ({ key, unit: { scale } }));
const COUNTS = scales([
  ["one", 1],
  ["thousand", 1e3],
  ["million", 1e6],
  ["billion", 1e9],
  ["trillion", 1e12],
]);
const COMPUTE = scales([
  ["flops", 1],
  ["teraflops", 1e12],
  ["exaflops", 1e18],
  ["zettaflops", 1e21],
  ["pfdays", 8.64e19],
  ["efdays", 8.64e22],
]);
const LOSSES: readonly UnitChoice[] = [
  { key: "nats", unit: { scale: 1 } },
  { key: "perplexity", unit: { scale: 1, log: true } },
  { key: "bits", unit: { scale: Math.LN2 } },
  { key: "bitsPerByte", unit: { scale: 1, unit: "bits per byte" } },
  { key: "bitsPerCharacter", unit: { scale: 1, unit: "bits per character" } },
  { key: "natsPerByte", unit: { scale: 1, unit: "nats per byte" } },
];
const UNITS: Readonly<Partial<Record<Field, readonly UnitChoice[]>>> = {
  parameters: COUNTS,
  nonEmbedding: COUNTS,
  embedding: COUNTS,
  tokens: COUNTS,
  uniqueTokens: COUNTS,
  flops: COMPUTE,
  budget: COMPUTE,
  loss: LOSSES,
  trainLoss: LOSSES,
};

/** The units that a field's column may be in, by key; none where there is nothing to choose. */
export const unitsOf = (field: Field): readonly UnitKey[] => (UNITS[field] ?? []).map(({ key }) => key);

/** The key of the unit in which a column is taken; undefined for a factor that has no name. */
export function unitKey(field: Field, use: ColumnUse): UnitKey | undefined {
  return UNITS[field]?.find(({ unit }) => unit.scale === use.scale && unit.log === use.log && unit.unit === use.unit)
    ?.key;
}

/** A column, taken in a unit. */
export function useIn(field: Field, column: string, key: string): ColumnUse {
  const choice = UNITS[field]?.find((candidate) => candidate.key === key);
  return { column, scale: 1, ...choice?.unit };
}
