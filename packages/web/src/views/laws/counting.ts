import type { CountingConvention, FitWarning } from "@isoflop/laws";
import type { CountedRecord, RunCounts } from "@isoflop/laws/observations";
import { partSentences, warnBy } from "@isoflop/laws/statements";
import { COMPUTE_COUNTS, type Counting, SIZE_COUNTS } from "../../state/countings.js";
import { allRuns, fittedRuns } from "../../state/fittedRuns.js";
import type { Observed } from "../../state/observations.js";

/** What a reader has asked for; empty where the runs' own count is to hold. */
export type AskedCounting = { readonly [Key in keyof Counting]: Counting[Key] | "" };

type Counted = Pick<Observed, "records" | "others" | "holdouts" | "convention">;

/** How the records count as they come. */
export function ownCounting({ records, convention: { parameters, flops } }: Counted): Counting {
  const without = flops === "6N" && parameters === "non-embedding" && records.every(isSixND);
  return { parameters, flops: without ? "6N-non-embedding" : flops };
}

const isSixND = ({ parameters, tokens, flops }: CountedRecord): boolean =>
  Math.abs(flops / (6 * parameters * tokens) - 1) < 0.01;

/** N by a count; undefined where it is not known. */
function sizeOf(own: Counting, count: Counting["parameters"], parameters: number, counts: RunCounts | undefined) {
  if (count === own.parameters) return parameters;
  return count === "total" ? counts?.total : count === "non-embedding" ? counts?.nonEmbedding : undefined;
}

/** Training FLOPs per token by another count than the record's own; undefined where it is not known. */
function perTokenOf(own: Counting, count: Counting["flops"], { parameters, counts }: CountedRecord) {
  if (count === "kaplan" || count === "hoffmann") return counts?.flopsPerToken?.[count];
  if (count === "given") return undefined;
  // An N that does not say what it counts is as good as the total where there is none.
  const whole = sizeOf(own, "total", parameters, counts) ?? sizeOf(own, "given", parameters, counts);
  const size = count === "6N" ? whole : sizeOf(own, "non-embedding", parameters, counts);
  return size === undefined ? undefined : 6 * size;
}

/** The counts that every run is known by, the runs' own among them. */
export interface Choices {
  readonly own: Counting;
  readonly parameters: readonly Counting["parameters"][];
  /** With N counted as it is now. */
  readonly flops: readonly Counting["flops"][];
}

/** What N and C can be switched to, and what holds of what was asked for. */
export function countingOf(observed: Counted, asked: AskedCounting): { now: Counting; choices: Choices } {
  const own = ownCounting(observed);
  const all = allRuns(observed);
  const sizes = SIZE_COUNTS.filter((count) =>
    all.every(({ parameters, counts }) => sizeOf(own, count, parameters, counts) !== undefined),
  );
  const parameters = sizes.find((count) => count === asked.parameters) ?? own.parameters;
  const flops = COMPUTE_COUNTS.filter(
    (count) =>
      // 6ND of another N than that of the fit is no account of the fit's C: of the whole model's it is what was spent.
      (count !== "6N-non-embedding" || parameters === "non-embedding") &&
      (count === own.flops || all.every((record) => perTokenOf(own, count, record) !== undefined)),
  );
  const spent = flops.find((count) => count === asked.flops) ?? flops.find((count) => count === own.flops) ?? "6N";
  return { now: { parameters, flops: spent }, choices: { own, parameters: sizes, flops } };
}

/** What is observed with N and C counted as asked for, as far as every run is known by that count; itself where nothing is otherwise. */
export function recounted(observed: Observed, asked: AskedCounting): Observed {
  const { now, choices } = countingOf(observed, asked);
  const { own } = choices;
  if (now.parameters === own.parameters && now.flops === own.flops) return observed;
  const convert = <Record extends CountedRecord>(record: Record): Record => {
    const parameters = sizeOf(own, now.parameters, record.parameters, record.counts) ?? record.parameters;
    const perToken = now.flops === own.flops ? undefined : perTokenOf(own, now.flops, record);
    if (perToken === undefined) return { ...record, parameters };
    const curve = record.curve?.map((point) => ({ ...point, flops: point.tokens * perToken }));
    return { ...record, parameters, flops: record.tokens * perToken, ...(curve && { curve }) };
  };
  const records = observed.records.map(convert);
  const others = observed.others?.map(convert);
  const convention = conventionOf(now);
  return {
    ...observed,
    records,
    holdouts: observed.holdouts.map(convert),
    ...(others && { others }),
    ...{ convention, recounted: now },
    ...(observed.parts && {
      parts: recountedParts(observed, observed.parts, [...records, ...(others ?? [])], own, now),
    }),
  };
}

/** The convention as fits know it. */
const conventionOf = ({ parameters, flops }: Counting): CountingConvention => ({
  parameters,
  flops: flops === "6N-non-embedding" ? "6N" : flops,
});

/** Rows of laws by themselves: their N and C are those of the runs that they are of. */
function recountedParts(
  before: Observed,
  parts: NonNullable<Observed["parts"]>,
  records: readonly CountedRecord[],
  own: Counting,
  now: Counting,
) {
  const counts = new Map(fittedRuns(before).map(({ id, counts: known }) => [id, known]));
  const flops = new Map(records.map((record) => [record.id, record.flops]));
  return parts.map((part) => ({
    ...part,
    rows: part.rows.map((row) => {
      const { N, C } = row.inputs;
      const size = N === undefined ? undefined : sizeOf(own, now.parameters, N, counts.get(row.run ?? ""));
      const spent = C === undefined ? undefined : flops.get(row.run ?? "");
      const inputs = {
        ...row.inputs,
        ...(size !== undefined && { N: size }),
        ...(spent !== undefined && { C: spent }),
      };
      return { ...row, inputs };
    }),
    warnings: countWarnings(part, now),
  }));
}

function countWarnings(
  { rows, warnings }: NonNullable<Observed["parts"]>[number],
  { parameters }: Counting,
): readonly FitWarning[] {
  const others = warnings.filter(({ code }) => code !== "kaplan-count");
  return parameters === "total" && rows.some(({ inputs }) => inputs.N !== undefined)
    ? [warnBy(partSentences)("kaplan-count"), ...others]
    : others;
}
