import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatCount, formatFlops } from "@isoflop/laws";
import { figure } from "../../cli/fitsTable.js";
import { markdownTable, markdownText } from "../../markdown/markdownText.js";
import type { ForecastReport, ReportModel } from "../../report/model.js";
import { heldOutName, judge } from "../../report/verdict.js";
import { packageVersion } from "../../study/versions.js";
import { estimatesOf } from "../estimates.js";
import type { Exporter } from "../exporter.js";
import type { ExportInput } from "../input.js";
import { countingText, intervalText, lawText } from "../lawText.js";
import { runSpans } from "../spans.js";

/** A section for a model card as Hugging Face has them. */
export const modelCardExporter: Exporter = {
  what: "model-card",
  about: "a Markdown section for a model card",
  byDefault: true,
  lacks: ({ records }) => (records.length === 0 ? "there are no records" : undefined),
  prepare: async ({ report }) => report?.(),
  write: async (input, { folder }) => {
    const path = "model-card.md";
    await writeFile(join(folder, path), modelCard(input, await input.report?.()));
    return [{ path }];
  },
};

/** What was trained, the laws with their intervals, the forecast and what came of it, and whom to cite. */
export function modelCard(input: ExportInput, report?: ReportModel): string {
  const parts = [
    "## Scaling laws",
    `Fitted to the runs of ${markdownText(input.title)} with isoflop ${packageVersion()}.`,
    "### Runs",
    runsText(input, report),
    ...(input.fits.length === 0 ? [] : ["### Laws", lawsText(input)]),
    ...(report === undefined
      ? []
      : [report.optimum === undefined ? "### Forecast" : "### Optimum", forecastText(report)]),
    ...warningsText(input),
    ...listed("Citations", citations(input)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function runsText({ records, heldOut, dropped, convention }: ExportInput, report: ReportModel | undefined): string {
  const [unit = "nats per token"] = new Set(records.map(({ lossUnit }) => lossUnit));
  const range = (ends: readonly [number, number], shown: (value: number) => string) =>
    [...new Set(ends.map((end) => shown(end)))].join(" – ");
  const rows = runSpans(records).map(({ budget, runs, parameters, tokens, flops, loss }) => [
    budget === undefined ? "all" : formatFlops(budget),
    String(runs),
    range(parameters, formatCount),
    range(tokens, formatCount),
    range(flops, formatFlops),
    range(loss, (value) => value.toFixed(4)),
  ]);
  const total = [...records, ...heldOut].reduce((sum, { flops }) => sum + flops, 0);
  const { corpus, tokenizer } = report?.provenance ?? {};
  const sentences = [
    `Together ${formatFlops(total)} FLOPs of training${heldOut.length === 0 ? "" : `, ${heldOut.length} held-out runs among them`}.`,
    `${countingText(convention)}; the loss is in ${markdownText(unit)}.`,
    ...(corpus === undefined
      ? []
      : [
          `Corpus: ${markdownText(corpus.name)}, ${formatCount(corpus.trainTokens)} tokens to train on, ${formatCount(corpus.validationTokens)} to validate.`,
        ]),
    ...(tokenizer === undefined ? [] : [`Tokenizer: ${markdownText(tokenizer.name)}.`]),
    ...(dropped.length === 0 ? [] : [`${dropped.length} runs were left out (${reasons(dropped)}).`]),
  ];
  const headings = ["Budget (FLOPs)", "Runs", "N", "D", "C (FLOPs)", "Loss"];
  return `${markdownTable(headings, rows)}\n\n${sentences.join(" ")}`;
}

/** The first few reasons, each once. */
function reasons(dropped: ExportInput["dropped"]): string {
  const all = [...new Set(dropped.map(({ reason }) => reason))];
  return all.slice(0, 3).map(markdownText).join("; ") + (all.length > 3 ? "; …" : "");
}

function lawsText({ fits }: ExportInput): string {
  return fits
    .map(({ name, about, fit }) => {
      const { form, source } = lawText(fit);
      const rows = estimatesOf(fit).map(({ parameter, estimate, interval95 }) => [
        markdownText(parameter),
        figure(estimate),
        interval95 === undefined ? "–" : `${figure(interval95[0])} – ${figure(interval95[1])}`,
      ]);
      const words = `**${markdownText(about ?? name)}**: ${markdownText(form)}${source === "" ? "" : ` (${markdownText(source)})`}. ${how(fit)}`;
      return `${words}\n\n${markdownTable(["Parameter", "Estimate", "95 % interval"], rows)}`;
    })
    .join("\n\n");
}

function how(fit: ExportInput["fits"][number]["fit"]): string {
  const { residualLoss, delta, observations } = fit.diagnostics;
  const residuals =
    typeof residualLoss === "string"
      ? `; residuals by ${markdownText(residualLoss)}${residualLoss === "huber" && typeof delta === "number" ? ` (delta ${delta})` : ""}`
      : "";
  return `${typeof observations === "number" ? `${observations} observations` : "Fitted"}${residuals}; ${intervalText(fit)}.`;
}

function forecastText({ forecast, heldOut, optimum }: ReportModel): string {
  const { headline, details } = judge(forecast, heldOut, optimum);
  return [
    markdownText(headline),
    ...details.map(markdownText),
    ...(forecast === undefined ? [] : [forecastTable(forecast)]),
  ].join("\n\n");
}

function forecastTable({ rows }: ForecastReport): string {
  return markdownTable(
    ["Run", "N", "D", "Forecast loss", "95 % interval", "Measured"],
    rows.map(({ parameters, tokens, predicted, interval95, measured, ...row }) => [
      markdownText(heldOutName(row)),
      formatCount(parameters),
      formatCount(tokens),
      predicted.toFixed(4),
      interval95 === undefined ? "–" : `${interval95[0].toFixed(4)} – ${interval95[1].toFixed(4)}`,
      measured === undefined ? "not yet" : measured.toFixed(4),
    ]),
  );
}

/** What a reader of the numbers must know before believing them. */
function warningsText({ fits, notices, skipped }: ExportInput): string[] {
  const lines = [
    ...fits.flatMap(({ about, name, fit }) => fit.warnings.map(({ message }) => `${about ?? name}: ${message}`)),
    ...skipped.map(({ about, reason }) => `${about} could not be fitted: ${reason}`),
    ...notices,
  ];
  return listed("Limitations", lines.map(markdownText));
}

function citations({ fits }: ExportInput): string[] {
  const sources = fits.flatMap(({ fit }) => lawText(fit).source.split(";"));
  return [...new Set(sources.map((source) => source.trim()).filter((source) => source !== ""))].map(markdownText);
}

const listed = (heading: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`### ${heading}`, lines.map((line) => `- ${line}`).join("\n")];
