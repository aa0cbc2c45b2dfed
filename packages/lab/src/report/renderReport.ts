import {
  backtestErrors,
  envelopeScaling,
  figureStyles,
  forecastCheck,
  isoflopProfiles,
  isoflopSlices,
  kaplanCompute,
  lossContours,
  optimumScaling,
  publishedModels,
  trainingCurves,
} from "@isoflop/figures";
import { countText } from "../checklist/checklist.js";
import { checklistHtml } from "../checklist/html.js";
import { diagnostics, diagnosticsText, figureOf, kaplanFigures } from "./figures.js";
import { Html, html } from "./html.js";
import { formatInstant } from "./instant.js";
import type { ForecastReport, Provenance, ReportModel, ReportWarning } from "./model.js";
import { droppedTable, formatDuration, runsTable } from "./runsTable.js";
import { reportStyles } from "./styles.js";
import { budgetsTable, fitsTable, forecastTable, identifiesTable, proceduresTable } from "./tables.js";
import { judge } from "./verdict.js";

function section(id: string, title: string, body: readonly (Html | undefined)[]): Html {
  return html`<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>\n${body}</section>\n`;
}

function warningsList(warnings: readonly ReportWarning[]): Html {
  if (warnings.length === 0) return html`<p>None.</p>`;
  return html`<ul class="warnings">${warnings.map(
    (warning) =>
      html`<li><code>${warning.code}</code>${warning.where ? html` <span class="faint">${warning.where}</span>` : ""}
<p>${warning.message}</p>${warning.remedy ? html`<p><strong>Remedy:</strong> ${warning.remedy}</p>` : ""}</li>`,
  )}</ul>`;
}

function provenanceList(made: Provenance, generatedAt: string): Html {
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["Training began", made.startedAt && formatInstant(made.startedAt)],
    ["Training ended", made.finishedAt && formatInstant(made.finishedAt)],
    ["Training time", made.trainingSeconds === undefined ? undefined : formatDuration(made.trainingSeconds)],
    ["Report written", formatInstant(generatedAt)],
    ["Counting", made.convention],
    ["Runs from", listed(made.sources)],
    ["Columns", made.columns?.join("; ")],
    [
      "Corpus",
      made.corpus &&
        `${made.corpus.name}, ${made.corpus.trainTokens} training and ${made.corpus.validationTokens} validation tokens, ${made.corpus.hash}`,
    ],
    ["Tokenizer", made.tokenizer && `${made.tokenizer.name}, ${made.tokenizer.hash}`],
    ...Object.entries(made.machine),
    ...Object.entries(made.versions),
  ];
  const list = rows.map(([term, value]) => (value === undefined ? "" : html`<dt>${term}</dt><dd>${value}</dd>\n`));
  return html`<pre><code>${made.command}</code></pre><dl>${list}</dl>`;
}

/** The first files of a glob, and how many more there are. */
function listed(sources: readonly string[] | undefined): string | undefined {
  if (sources === undefined || sources.length <= 5) return sources?.join(", ");
  return `${sources.slice(0, 5).join(", ")} and ${sources.length - 5} more`;
}

const chapters = [
  ["verdict", "Verdict"],
  ["fits", "Fits"],
  ["budgets", "Budgets"],
  ["figures", "Figures"],
  ["forecast", "Forecast check"],
  ["quality", "Diagnostics"],
  ["warnings", "Warnings"],
  ["runs", "Runs"],
  ["published", "Published models"],
  ["checklist", "Checklist"],
  ["made", "How this was made"],
] as const;

function withoutBacktest({ fit }: ForecastReport): string {
  return fit === "the ladder"
    ? "No backtest: a forecast along the ladder's ray is judged by its held-out run alone."
    : "No backtest over all budgets: too few runs or budgets were trained for one, or the forecast was stated by an earlier version.";
}

/** The report as one HTML page that needs nothing else: no network, no script, no font. The same model gives the same bytes. */
export function renderReport(model: ReportModel): string {
  const { figures, forecast } = model;
  const figure = figureOf(model);
  const verdict = judge(forecast, model.heldOut, model.optimum);
  // No study has planned these runs: nothing was held out, and nothing is yet to come.
  const planned = model.optimum === undefined;
  const optimum = model.optimum === undefined || "missing" in model.optimum ? undefined : model.optimum;
  const done = model.runs.filter((run) => run.status === "done").length;
  const count = planned ? `${done} of ${model.runs.length} runs done` : `${model.runs.length} runs`;
  const contents = chapters
    .filter(([id]) => id !== "checklist" || model.checklist !== undefined)
    .map(([id, title]) => html`<li><a href="#${id}">${!planned && id === "forecast" ? "Backtest" : title}</a></li>`);

  const profiled = model.isoflop || model.budgets.length > 0;

  const body = html`<header>
<p class="faint">Scaling-law report by isoflop</p>
<h1>${model.title}</h1>
${model.about ? html`<p>${model.about}</p>` : ""}<p class="faint">${count} · ${formatInstant(model.generatedAt)}</p>
<nav aria-label="Contents"><ul>${contents}</ul></nav>
</header>
${section("verdict", "Verdict", [
  html`<div class="verdict ${verdict.tone}"><p>${verdict.headline}</p>${verdict.details.map((detail) => html`<p>${detail}</p>`)}</div>`,
])}${section("fits", "Fits", [
  model.fits.length > 0 ? fitsTable(model.fits) : html`<p>No fit yet: too few runs are done.</p>`,
])}${section("budgets", profiled ? "Are there runs on both sides of each minimum?" : "What the design can tell", [
  profiled || planned ? undefined : html`<p>No isoFLOP profiles: too few runs share a budget.</p>`,
  model.budgets.length > 0 ? budgetsTable(model.budgets) : undefined,
  model.budgets.length === 0 && model.isoflop ? html`<p>No run of a budget is done yet.</p>` : undefined,
  model.identifies === undefined ? undefined : identifiesTable(model.identifies),
])}${section("figures", "Figures", [
  html`<div class="figures">${[
    ...(model.kaplan ? kaplanFigures(figure, figures) : []),
    figure(trainingCurves, figures.trainingCurves, "No training curves: no run has logged any."),
    figure(envelopeScaling, figures.envelopeScaling, "No power laws of the envelope: Approach 1 has no fit."),
    ...(profiled
      ? [
          figure(isoflopProfiles, figures.isoflopProfiles, "No isoFLOP profiles: no run of a budget is done yet."),
          figure(
            optimumScaling,
            figures.optimumScaling,
            "No power laws: fewer than two budgets have a usable minimum.",
          ),
        ]
      : []),
    figure(lossContours, figures.lossContours, "No loss contours: Approach 3 has no fit."),
    ...(figures.lossContours === undefined ? [] : [figure(isoflopSlices, figures.lossContours, "")]),
  ]}</div>`,
])}${section("forecast", planned ? "Forecast check" : "Backtest", [
  forecast ? forecastTable(forecast) : undefined,
  forecast && forecast.procedures.length > 0 ? proceduresTable(forecast) : undefined,
  optimum && optimum.procedures.length > 0 ? proceduresTable(optimum) : undefined,
  html`<div class="figures">${[
    ...(planned
      ? [
          figure(
            forecastCheck,
            forecast,
            model.heldOut.length > 0 ? "No forecast is stated yet." : "No forecast: the study holds out no budget.",
          ),
          ...(forecast === undefined
            ? []
            : [figure(backtestErrors, figures.backtestErrors, withoutBacktest(forecast))]),
        ]
      : [
          figure(
            backtestErrors,
            figures.backtestErrors,
            "No backtest: too few of these runs took less compute than the others to forecast them from.",
          ),
        ]),
    ...(model.kaplan && figures.kaplanCompute === undefined
      ? []
      : [figure(kaplanCompute, figures.kaplanCompute, "No Kaplan-style compute law: it has no fit.")]),
  ]}</div>`,
])}${section("quality", "Diagnostics", [
  html`<p>${diagnosticsText(model)}</p>`,
  html`<div class="figures">${diagnostics(figure, figures)}</div>`,
])}${section("warnings", "Warnings", [
  warningsList(model.warnings),
  model.notes === undefined || model.notes.length === 0
    ? undefined
    : html`<h3>What was decided in reading the runs</h3><ul>${model.notes.map((note) => html`<li>${note}</li>`)}</ul>`,
])}${section("runs", "Runs", [
  model.runs.length > 0 ? runsTable(model.runs) : html`<p>No runs yet.</p>`,
  model.dropped === undefined || model.dropped.length === 0 ? undefined : droppedTable(model.dropped),
])}${section("published", "Published models and laws", [
  figure(publishedModels, figures.publishedModels, "No published models were given to this report."),
])}${
  model.checklist === undefined
    ? ""
    : section("checklist", "Checklist", [
        html`<p>${countText(model.checklist)}. Questions after Li, Kudugunta and Zettlemoyer 2025, (Mis)Fitting: A Survey of Scaling Laws (arXiv:2502.18969), filled in from the runs and the fits.</p>`,
        checklistHtml(model.checklist),
      ])
}${section("made", "How this was made", [provenanceList(model.provenance, model.generatedAt)])}`;

  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="isoflop">
<title>${model.title} · isoflop report</title>
<style>${Html.trusted(figureStyles + reportStyles)}</style>
</head>
<body><main>
${body}</main></body>
</html>
`.markup;
}
