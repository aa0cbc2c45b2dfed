import type { ColumnMap, RunCounts } from "@isoflop/laws/observations";
import type { Mapping } from "../mapping/schema.js";
import { type Candidate, positive } from "./candidate.js";
import { chosenName, chosenNumber } from "./chosen.js";
import { CONVENTION, type Counting } from "./counting.js";
import { flopsBy, loggedFlops, statedFlops } from "./flops.js";
import type { Series } from "./series.js";
import type { Settings } from "./settings.js";
import { countShape } from "./shape.js";
import { tokensOf } from "./tokens.js";

interface CountedCandidate extends Candidate {
  readonly counts: "total" | "non-embedding" | "given";
}

/** N, D and C of one run, and where each is from. */
export interface Quantities {
  readonly parameters: number;
  readonly tokens: number;
  readonly flops: number;
  readonly counted: "total" | "non-embedding" | "given";
  /** By every convention that is known. */
  readonly counts: RunCounts;
  readonly from: { readonly parameters: string; readonly tokens: string; readonly flops: string };
  readonly warnings: readonly string[];
}

/** Two accounts of one quantity that differ by more are a warning. */
const TOLERANCE = 0.01;
const differ = (a: number, b: number) => Math.abs(a / b - 1) > TOLERANCE;
const shown = (value: number) => String(Number(value.toPrecision(4)));

/**
 * N, D and C at the step of the final loss, under one counting. What --columns names goes before what was logged, that before
 * what is counted from the shape; other accounts of the same quantity are held against the one that is taken.
 * @param step of the loss; undefined: of a summary, at the run's end
 */
export function settleQuantities(
  settings: Settings,
  series: ReadonlyMap<string, Series>,
  mapping: Mapping,
  columns: ColumnMap,
  counting: Counting,
  step: number | undefined,
): Quantities | { readonly reason: string } {
  const warnings: string[] = [];
  const chosen = (field: "parameters" | "tokens" | "flops") => {
    const name = chosenName(columns, field);
    const value = chosenNumber(name, settings.all, series, step);
    return value === undefined ? undefined : { value, from: `${name!.key} (--columns)` };
  };
  const tokens = tokensOf(chosen("tokens"), settings, series, mapping, step);
  checkAgreement("D", tokens, warnings);
  const D = tokens[0];
  const allFlops = loggedFlops(chosen("flops"), settings, series, mapping, step);
  checkAgreement("C", allFlops, warnings);
  const [logged] = allFlops;
  const shape = countShape(settings);
  const candidates = parametersOf(
    chosen("parameters"),
    chosenName(columns, "parameters")?.key,
    settings,
    mapping,
    shape.counted,
  );
  const wanted = CONVENTION[counting].parameters;
  const fitting = candidates.filter(({ counts }) => wanted === "given" || counts === wanted);
  const unknown = candidates.filter(({ counts }) => counts === "given");
  const N = fitting[0] ?? unknown[0];
  if (N === undefined) {
    const other = candidates[0];
    return {
      reason:
        other === undefined
          ? `N is not known: no count was logged${shape.missing.length === 0 ? "" : `, and the settings lack ${shape.missing.join(", ")}`}`
          : `N is known as ${other.counts} only (${shown(other.value)}, ${other.from}), and --counting ${counting} wants ${wanted}${shape.missing.length === 0 ? "" : `: the settings lack ${shape.missing.join(", ")}`}`,
    };
  }
  // Also of the kind that is not taken: a logged count that the shape contradicts is wrong about one of them.
  for (const kind of ["total", "non-embedding"] as const) {
    checkAgreement(
      `N (${kind})`,
      candidates.filter(({ counts }) => counts === kind),
      warnings,
    );
  }
  if (wanted !== "given" && N.counts === "given") {
    warnings.push(`N = ${shown(N.value)} (${N.from}) does not say what it counts; ${wanted} is assumed`);
  }
  for (const other of unknown) {
    if (other !== N && differ(other.value, N.value)) {
      warnings.push(`N = ${shown(N.value)} (${N.from}), but ${other.from} says ${shown(other.value)}`);
    }
  }
  if (D === undefined) {
    return {
      reason: "D is not known: no count of tokens was logged, and steps alone say nothing without the batch in tokens",
    };
  }
  const C = flopsBy(counting, N, D, shape.counted, logged);
  if ("reason" in C) return C;
  const expected = statedFlops(mapping, shape.counted, D.value);
  if (logged !== undefined && differ(logged.value, expected ?? C.value)) {
    warnings.push(
      `${logged.from} says C = ${shown(logged.value)}, ${shown(logged.value / (expected ?? C.value))} times ${
        expected === undefined
          ? `C by --counting ${counting}`
          : `${mapping.counted?.flops}, by which it is said to be counted`
      }`,
    );
  }
  return {
    parameters: N.value,
    tokens: D.value,
    flops: C.value,
    counted: N.counts,
    counts: knownCounts(candidates, shape.counted),
    from: { parameters: N.from, tokens: D.from, flops: C.from },
    warnings,
  };
}

function knownCounts(
  candidates: readonly CountedCandidate[],
  shape: ReturnType<typeof countShape>["counted"],
): RunCounts {
  const of = (kind: CountedCandidate["counts"]) => candidates.find(({ counts }) => counts === kind)?.value;
  const [total, nonEmbedding] = [of("total"), of("non-embedding")];
  const { kaplan, hoffmann } = shape ?? {};
  return {
    ...(total === undefined ? {} : { total }),
    ...(nonEmbedding === undefined ? {} : { nonEmbedding }),
    ...(kaplan === undefined && hoffmann === undefined
      ? {}
      : {
          flopsPerToken: {
            ...(kaplan === undefined ? {} : { kaplan }),
            ...(hoffmann === undefined ? {} : { hoffmann }),
          },
        }),
  };
}

function checkAgreement(symbol: string, candidates: readonly Candidate[], warnings: string[]): void {
  const [taken, ...others] = candidates;
  for (const { value, from } of others) {
    if (taken !== undefined && differ(value, taken.value)) {
      warnings.push(`${symbol} = ${shown(taken.value)} (${taken.from}), but ${from} gives ${shown(value)}`);
    }
  }
}

function parametersOf(
  given: Candidate | undefined,
  givenName: string | undefined,
  { numbers }: Settings,
  { counted }: Mapping,
  shape: ReturnType<typeof countShape>["counted"],
): CountedCandidate[] {
  const kindOf = (value: number, name: string, said?: CountedCandidate["counts"]): CountedCandidate["counts"] => {
    if (said !== undefined) return said;
    if (/non.?emb/i.test(name)) return "non-embedding";
    if (/total/i.test(name)) return "total";
    // Not said: it counts what our own count of the shape agrees with.
    if (shape?.total !== undefined && !differ(value, shape.total)) return "total";
    return shape !== undefined && !differ(value, shape.nonEmbedding) ? "non-embedding" : "given";
  };
  const all: (CountedCandidate | undefined)[] = [
    given === undefined ? undefined : { ...given, counts: kindOf(given.value, givenName ?? "") },
    ...numbers("parameters").map(({ value, key }) => ({
      value,
      from: `${key}, logged`,
      counts: kindOf(value, key, counted?.parameters),
    })),
    ...numbers("nonEmbedding").map(({ value, key }) => ({
      value,
      from: `${key}, logged`,
      counts: "non-embedding" as const,
    })),
    shape?.total === undefined
      ? undefined
      : { value: shape.total, from: `counted from ${shape.from}`, counts: "total" },
    shape === undefined
      ? undefined
      : { value: shape.nonEmbedding, from: `counted from ${shape.from}`, counts: "non-embedding" },
  ];
  return all.filter((candidate) => candidate !== undefined).filter(positive);
}
