import {
  bootstrapPairs,
  criticalBatch,
  figureMarkup,
  influence,
  kaplanAllocation,
  kaplanLaws,
  kaplanSizes,
  profileLikelihood,
  residuals,
} from "@isoflop/figures";
import { Html, html } from "./html.js";
import type { ReportFigures, ReportModel } from "./model.js";

/** Widths, px, that figures are drawn for: a telephone's and a column's. */
const widths = [360, 720] as const;

/** Makes figures of a report: each at both widths, or a line that says which one is missing and why. */
export const figureOf =
  ({ lossUnit }: Pick<ReportModel, "lossUnit">) =>
  <Data>(draw: Parameters<typeof figureMarkup<Data>>[0], data: Data | undefined, missing: string): Html => {
    if (data === undefined) return html`<p class="missing">${missing}</p>`;
    // The figures set user text as text nodes; what they serialise to is escaped by the document.
    return Html.trusted(coarse(figureMarkup(draw, data, { widths, ...(lossUnit && { lossUnit }) })));
  };
type Figure = ReturnType<typeof figureOf>;

/** Paths in tenths of a px: a third of the page would be digits that nobody sees. */
const coarse = (markup: string): string => markup.replace(/ d="[^"]*"/g, (path) => path.replace(/(\.\d)\d+/g, "$1"));

/** Figures 1, 4, 10 and 14 of Kaplan et al. 2020. */
export const kaplanFigures = (figure: Figure, figures: ReportFigures): Html[] => [
  figure(kaplanLaws, figures.kaplanLaws, "No L(C), L(D) or L(N): no run of their parts is done."),
  figure(kaplanSizes, figures.kaplanSizes, "No L(N, D) and no L(N, S_min): neither has a fit."),
  figure(
    criticalBatch,
    figures.criticalBatch,
    "No critical batch: no scan of batches shows one, and none was measured.",
  ),
  figure(
    kaplanAllocation,
    figures.kaplanAllocation,
    "No efficient models: that takes training curves (the part compute) and a law of the critical batch (the part batch).",
  ),
];

/** As the table of fits names it. */
const PARAMETRIC = "Approach 3: parametric";

/** What there is to doubt: where the laws miss, what the runs leave open, and on which of them the answer hangs. */
export const diagnostics = (figure: Figure, figures: ReportFigures): Html[] => [
  figure(residuals, figures.residuals, "No residuals: Approach 3 has no fit."),
  figure(
    profileLikelihood,
    figures.profileLikelihood,
    "No profile likelihoods: Approach 3 has no fit, or there are more than 500 runs.",
  ),
  figure(bootstrapPairs, figures.bootstrapPairs, "No pairs of bootstrap draws: none were drawn."),
  figure(
    influence,
    figures.influence,
    "Not refitted without each run: no procedure has an exponent, or there are more than 100 runs.",
  ),
];

/** Which of them is of which fit. */
export function diagnosticsText({ figures, diagnosed = {} }: ReportModel): string {
  const of = [
    ["residuals", figures.residuals, PARAMETRIC],
    ["profile likelihoods", figures.profileLikelihood, PARAMETRIC],
    ["pairs of bootstrap draws", figures.bootstrapPairs, diagnosed.bootstrapPairs],
    ["refits without single runs", figures.influence, diagnosed.influence],
  ] as const;
  const shown = of.flatMap(([what, data, fit = ""]) => (data === undefined ? [] : [{ what, fit }]));
  const said = [...new Set(shown.map(({ fit }) => fit))].map(
    (fit) =>
      `${shown
        .filter((one) => one.fit === fit)
        .map(({ what }) => what)
        .join(", ")} (${fit})`,
  );
  return said.length === 0 ? "There is no fit to diagnose." : `Shown are ${said.join("; ")}.`;
}
