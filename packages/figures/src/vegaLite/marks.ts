import * as Plot from "@observablehq/plot";

/** A mark's values as Plot evaluates them, and its constant style. */
export interface DrawnMark {
  readonly kind: string;
  readonly rows: readonly unknown[];
  readonly values: Readonly<Record<string, ArrayLike<unknown>>>;
  readonly style: Readonly<Record<string, unknown>>;
}

/** Plot's marks are classes whose fields are what was given, and whose `initialize` evaluates the channels. */
interface PlotMark {
  readonly ariaLabel: string;
  initialize(): {
    readonly data?: ArrayLike<unknown> | null;
    readonly channels: Readonly<Record<string, { readonly value?: ArrayLike<unknown> | null }>>;
  };
}

const symbolOf = (symbol: Plot.DotOptions["symbol"]): unknown =>
  (Plot.dot([], { symbol } as Plot.DotOptions) as unknown as { symbol: unknown }).symbol;
const SYMBOLS = ["diamond", "square"] as const;

/** Reads a mark of a figure. Unknown ones are an error: a figure must not lose a mark in silence. */
export function drawnMark(mark: Plot.Markish): DrawnMark {
  const { ariaLabel, ...fields } = mark as unknown as PlotMark & Record<string, unknown>;
  const { data, channels } = (mark as unknown as PlotMark).initialize();
  const values: Record<string, ArrayLike<unknown>> = {};
  for (const [name, { value }] of Object.entries(channels)) if (value) values[name] = value;
  const symbol = SYMBOLS.find((name) => fields.symbol === symbolOf(name));
  return { kind: ariaLabel, rows: Array.from(data ?? []), values, style: { ...fields, symbol: symbol ?? "circle" } };
}
