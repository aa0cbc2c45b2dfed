import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { NO_DECAY } from "@isoflop/laws";
import { estimatesOf } from "../estimates.js";
import type { Exporter } from "../exporter.js";
import type { ExportFit, ExportInput } from "../input.js";
import { countingText, intervalText, lawText } from "../lawText.js";
import { type RunSpan, runSpans } from "../spans.js";
import { latexNumber, latexSymbol, latexText } from "./latexText.js";

/** Tables for a paper, with booktabs. */
export const latexExporter: Exporter = {
  what: "latex",
  about: "tables of the fits and of the runs for LaTeX (booktabs)",
  byDefault: true,
  lacks: ({ fits, records }) => (fits.length + records.length === 0 ? "there are neither fits nor records" : undefined),
  write: async (input, { folder }) => {
    const files = [
      ...(input.fits.length === 0 ? [] : [{ path: "latex/fits.tex", text: fitsTex(input) }]),
      ...(input.records.length === 0 ? [] : [{ path: "latex/runs.tex", text: runsTex(input) }]),
    ];
    await mkdir(join(folder, "latex"), { recursive: true });
    for (const { path, text } of files) await writeFile(join(folder, path), text);
    return files.map(({ path }) => ({ path }));
  },
};

/** The fits: a row for each parameter, with its standard error and interval. */
export function fitsTex({ title, fits }: Pick<ExportInput, "title" | "fits">): string {
  const rows = fits.map((fit) =>
    estimatesOf(fit.fit).map(({ parameter, estimate, standardError, interval95 }, i) => [
      i === 0 ? latexText(fit.about ?? fit.name) : "",
      latexSymbol(parameter),
      numberOf(estimate),
      standardError === undefined ? "--" : latexNumber(standardError, 2),
      interval95 === undefined ? "--" : bracketed(interval95),
    ]),
  );
  const notes = fits.map(({ about, name, fit }) => {
    const { form, tex, source } = lawText(fit);
    return `${latexText(about ?? name)}: ${tex ?? latexText(form)}${source === "" ? "" : ` (${latexText(source)})`}; ${latexText(intervalText(fit))}.`;
  });
  return table("llrrc", `Fits of ${latexText(title)}. ${notes.join(" ")}`, "tab:isoflop-fits", FIT_HEADINGS, rows);
}

const FIT_HEADINGS = ["Fit", "Parameter", "Estimate", "Standard error", "95\\,\\% interval"];

/** The runs by budget, and all together. */
export function runsTex({ title, records, convention }: Pick<ExportInput, "title" | "records" | "convention">): string {
  const spans = runSpans(records);
  const row = ({ budget, runs, parameters, tokens, flops, loss }: RunSpan) => [
    budget === undefined ? "all" : latexNumber(budget, 3),
    `$${runs}$`,
    ...[parameters, tokens, flops].map((ends) => ranged(ends, 3)),
    ranged(loss, 4),
  ];
  const [unit = "nats per token"] = new Set(records.map(({ lossUnit }) => lossUnit));
  const caption = `Runs of ${latexText(title)}. ${latexText(countingText(convention))}; the loss is in ${latexText(unit)}.`;
  const headings = ["Budget", "Runs", "$N$", "$D$", "$C$ (FLOPs)", "Loss"];
  return table("rrrrrr", caption, "tab:isoflop-runs", headings, [
    spans.slice(0, -1).map(row),
    spans.slice(-1).map(row),
  ]);
}

function table(
  columns: string,
  caption: string,
  label: string,
  headings: readonly string[],
  groups: readonly (readonly (readonly string[])[])[],
): string {
  const line = (cells: readonly string[]) => `    ${cells.join(" & ")} \\\\`;
  const body = groups
    .filter((rows) => rows.length > 0)
    .map((rows) => rows.map(line).join("\n"))
    .join("\n    \\midrule\n");
  return `% \\usepackage[T1]{fontenc} and \\usepackage{booktabs} in the preamble
\\begin{table}
  \\centering
  \\caption{${caption}}
  \\label{${label}}
  \\begin{tabular}{${columns}}
    \\toprule
${line(headings)}
    \\midrule
${body}
    \\bottomrule
  \\end{tabular}
\\end{table}
`;
}

/** A scale of decay that no data can tell from none is said as infinite. */
const numberOf = (value: number): string => latexNumber(value === NO_DECAY ? Number.POSITIVE_INFINITY : value);
const bracketed = ([low, high]: ExportFit["fit"]["intervals95"][string]): string =>
  `{[}${numberOf(low)}, ${numberOf(high)}{]}`;
const ranged = (ends: readonly [number, number], digits: number): string =>
  [...new Set(ends.map((end) => latexNumber(end, digits)))].join("--");
