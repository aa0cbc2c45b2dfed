import type { FitResult, Interval } from "@isoflop/laws";
import { estimatesOf, type NamedEstimate } from "../estimates.js";
import type { Exporter } from "../exporter.js";
import type { ExportFit } from "../input.js";
import { type Cell, type Column, describedTable, number, type Table, text } from "./table.js";
import { writeTable } from "./writeTable.js";

const lacksFits = ({ fits }: { readonly fits: readonly ExportFit[] }) =>
  fits.length === 0 ? "no law could be fitted" : undefined;

/** One row for each parameter of each fit. */
export const fitsExporter: Exporter = {
  what: "fits",
  about: "a row for each parameter of each fit, with its standard error and 95 % interval",
  byDefault: true,
  lacks: lacksFits,
  write: ({ fits }, place, { formats }) => writeTable(place, fitTable(fits), formats),
};

/** One table a fit: its parameters in every bootstrap draw. */
export const drawsExporter: Exporter = {
  what: "draws",
  about: "the bootstrap draws of each fit",
  byDefault: true,
  lacks: (input) =>
    lacksFits(input) ??
    (input.fits.every(({ fit }) => fit.draws.rows.length === 0) ? "no fit has draws (--bootstrap 0)" : undefined),
  write: async ({ fits }, place, { formats }) => {
    const written = [];
    for (const { name, fit } of fits) {
      if (fit.draws.rows.length > 0) written.push(...(await writeTable(place, drawTable(name, fit.draws), formats)));
    }
    return written;
  },
};

interface FitRow extends NamedEstimate {
  readonly fit: ExportFit;
}

/** Intervals by profile likelihood, where a fit has them; an open end has no number. */
function profileOf({ fit }: ExportFit, parameter: string): Interval | undefined {
  const profiles = "profile95" in fit ? (fit.profile95 as Readonly<Record<string, Profile>>) : undefined;
  return profiles?.[parameter]?.interval;
}
interface Profile {
  readonly interval: Interval;
}

function fitTable(fits: readonly ExportFit[]): Table {
  const rows = fits.flatMap((fit) => estimatesOf(fit.fit).map((estimate): FitRow => ({ fit, ...estimate })));
  const end = (place: 0 | 1) => (row: FitRow) => row.interval95?.[place];
  const profileEnd = (place: 0 | 1) => (row: FitRow) => profileOf(row.fit, row.parameter)?.[place];
  const columns: readonly (readonly [Column, (row: FitRow) => Cell])[] = [
    [text("fit"), ({ fit }) => fit.name],
    [text("about"), ({ fit }) => fit.about],
    [text("approach"), ({ fit }) => fit.fit.approach],
    [text("law"), ({ fit }) => fit.fit.law],
    [text("parameter"), ({ parameter }) => parameter],
    [number("estimate"), ({ estimate }) => estimate],
    [number("standard_error"), ({ standardError }) => standardError],
    [number("low95"), end(0)],
    [number("high95"), end(1)],
    [number("profile_low95"), profileEnd(0)],
    [number("profile_high95"), profileEnd(1)],
    [number("objective"), ({ fit }) => fit.fit.objective],
    [number("draws"), ({ fit }) => fit.fit.draws.rows.length],
    [text("warnings"), ({ fit }) => fit.fit.warnings.map(({ code }) => code).join(" ")],
  ];
  return describedTable("fits", rows, columns);
}

/** Parquet's readers take A and a for the same column: the exponents have a longer name. */
const drawColumn = (name: string) => number(name === "a" || name === "b" ? `exponent_${name}` : name);

const drawTable = (name: string, { names, rows }: FitResult["draws"]): Table => ({
  name: `draws/${name}`,
  columns: [number("draw"), ...names.map(drawColumn)],
  rows: function* () {
    for (const [i, row] of rows.entries()) yield [i, ...row];
  },
});
