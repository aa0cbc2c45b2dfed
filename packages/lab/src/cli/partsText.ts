import { lawNamed, orThrow } from "@isoflop/laws";
import type { PartFits } from "../steps/partLaws.js";
import { withoutRows } from "./fitLaw.js";
import { figure, range } from "./fitsTable.js";
import { textTable } from "./textTable.js";

/** The laws of a design's parts: constants with 95 % intervals, and how many rows they rest on. */
export function partsText(parts: PartFits | undefined): string {
  if (parts === undefined || parts.fits.length === 0) return "";
  const table = textTable(
    ["Law", "Constants, with 95 % intervals", "Rows"],
    parts.fits.map(({ about, fit }) => [
      about,
      Object.entries(fit.parameters)
        .map(([name, value]) => `${name} ${figure(value)}${range(fit.intervals95[name])}`)
        .join(", "),
      String(fit.residuals.length),
    ]),
  );
  const forms = [...new Set(parts.fits.map(({ fit }) => fit.law))].map((law) => `  ${orThrow(lawNamed(law)).form}`);
  const warnings = parts.fits.flatMap(({ about, fit }) =>
    fit.warnings.map(({ code, message }) => `  warning (${about}, ${code}): ${message}`),
  );
  return `\n${[table.trimEnd(), ...forms, ...warnings].join("\n")}\n`;
}

/** The same for machines, as `isoflop fit --law` has it, with what each was fitted to. */
export function partsJson(parts: PartFits | undefined, draws: boolean) {
  return (parts?.fits ?? []).map(({ about, fit }) => ({ ...(draws ? fit : withoutRows(fit)), about }));
}
