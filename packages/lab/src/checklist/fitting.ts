import type { Interval } from "@isoflop/laws";
import type { ApproachFit } from "@isoflop/laws/procedures";
import { fitName } from "./form.js";
import { type ChecklistSection, itemOf, lacks, type Part, says } from "./item.js";
import { digits } from "./spread.js";
import type { ChecklistSubject } from "./subject.js";
import { validation } from "./validation.js";

/** How the law was fitted to the points. */
export function fittingSection(subject: ChecklistSubject): ChecklistSection {
  const { fits, choices, command, version } = subject;
  const none = lacks("no law could be fitted; see what the fits say they need");
  const each = (tell: (fit: ApproachFit) => Part): Part[] => (fits.fits.length === 0 ? [none] : fits.fits.map(tell));
  return {
    heading: "Fitting",
    items: [
      itemOf(
        "fitting.objective",
        "Which objective, with which loss?",
        each((fit) => says(`${fitName(fit)}: ${OBJECTIVES[fit.law](fit)}`)),
      ),
      itemOf(
        "fitting.algorithm",
        "Which algorithm, with which settings?",
        each((fit) => says(`${fitName(fit)}: ${ALGORITHMS[fit.law]}${converged(fit)}`)),
      ),
      itemOf(
        "fitting.initialisation",
        "From how many starts, and where are they?",
        each((fit) => says(`${fitName(fit)}: ${startsOf(fit)}`)),
      ),
      itemOf("fitting.points", "Is every point in every fit?", [
        ...each((fit) =>
          says(`${fitName(fit)}: ${String(fit.diagnostics.observations)} observations${ownPoints(fit)}`),
        ),
        ...(choices.freshOnly ? [says("laws of fresh tokens see only runs that repeat no text")] : []),
        ...(choices.profilesOnly ? [says("Approach 2 sees only runs that belong to a budget")] : []),
        ...fits.skipped.map(({ approach, error }) => says(`approach ${approach} is not fitted: ${error.message}`)),
      ]),
      itemOf(
        "fitting.uncertainty",
        "How sure are the parameters?",
        each((fit) => uncertainty(fit, choices.seed)),
      ),
      itemOf("fitting.goodness", "How well does it fit, and how sensitive is it?", each(goodness)),
      itemOf("fitting.validation", "Is the law checked on runs that it has not seen?", validation(subject)),
      itemOf("fitting.code", "With which code can it be repeated?", [
        says(`isoflop ${version}, seed ${choices.seed}: ${command}`),
      ]),
    ],
  };
}

/** A word for every law that the lab fits. */
const OBJECTIVES: Readonly<Record<ApproachFit["law"], (fit: ApproachFit) => string>> = {
  chinchilla: residualLoss,
  "data-constrained": residualLoss,
  "kaplan-model-data": () => "least squares of ln-loss residuals",
  "kaplan-compute": () => "least squares of ln-loss residuals along the least losses",
  "isoflop-power-law": ({ diagnostics }) =>
    `a ${String(diagnostics.curve)} in ln N through each budget's losses, then least squares in logarithms through the minima`,
  "envelope-power-law": () => "least squares in logarithms through the runs of least smoothed training loss",
};

function residualLoss({ diagnostics }: ApproachFit): string {
  const { residualLoss: loss, delta } = diagnostics;
  if (loss === "huber") return `sum of Huber losses of ln-loss residuals, delta ${String(delta)}`;
  if (loss === "lad") return "sum of absolute ln-loss residuals";
  return loss === "mse" ? "sum of squared ln-loss residuals" : String(loss ?? "not noted");
}

const FRONTIER =
  "L_opt(C): amplitudes by non-negative least squares for each gamma, gamma by a grid and golden section";
const ALGORITHMS: Readonly<Record<ApproachFit["law"], string>> = {
  chinchilla: "variable projection on a grid of exponents, then Newton steps",
  "data-constrained": "a grid of R_D* and R_N*, then damped Newton steps in bounds",
  "kaplan-model-data": "damped Newton steps in bounds",
  "kaplan-compute": "a line in logarithms, in closed form",
  "isoflop-power-law": `curves and power laws in closed form; ${FRONTIER}`,
  "envelope-power-law": `power laws in closed form; ${FRONTIER}`,
};

function converged({ diagnostics }: ApproachFit): string {
  const { iterations, relativeGradient, frontierRelativeGradient } = diagnostics;
  const gradient = relativeGradient ?? frontierRelativeGradient;
  return [
    ...(typeof iterations === "number" ? [`; ${iterations} iterations`] : []),
    ...(typeof gradient === "number" ? [`; relative gradient at the end ${gradient.toExponential(1)}`] : []),
  ].join("");
}

function startsOf(fit: ApproachFit): string {
  const { starts, startsAtOptimum, basins, minima } = fit.diagnostics;
  const found = basins ?? minima;
  if (fit.law === "data-constrained") return `every dip of a grid of R_D* and R_N*, ${String(minima)} minima found`;
  if (typeof starts !== "number") return "no start is needed";
  return [
    `${starts} starts, the best of a grid`,
    ...(typeof startsAtOptimum === "number" ? [`${startsAtOptimum} reached this optimum`] : []),
    ...(typeof found === "number" ? [`${found} ${found === 1 ? "minimum" : "minima"} found`] : []),
  ].join(", ");
}

function ownPoints({ diagnostics }: ApproachFit): string {
  const { budgets, usedBudgets, usedPoints, envelopePoints, frontierPoints } = diagnostics;
  if (typeof budgets === "number") return `, ${String(usedBudgets)} of ${budgets} budgets have a usable minimum`;
  if (typeof envelopePoints === "number") return `, ${String(usedPoints)} of ${envelopePoints} points of the envelope`;
  return typeof frontierPoints === "number" ? `, ${frontierPoints} points of least loss` : "";
}

function uncertainty(fit: ApproachFit, seed: number): Part {
  const { bootstrapResamples, bootstrapFailures, bootstrapOver } = fit.diagnostics;
  const intervals = Object.entries(fit.intervals95).filter(
    ([name]) => name in fit.parameters || name === "a" || name === "b",
  );
  if (intervals.length === 0) {
    return lacks(`${fitName(fit)}: no interval; give --bootstrap, or more runs (see the warnings)`);
  }
  const shown = ([name, [low, high]]: readonly [string, Interval]) => `${name} ${digits(low)} to ${digits(high)}`;
  return says(
    `${fitName(fit)}: 95 % of ${String(bootstrapResamples)} bootstrap resamples over ${String(bootstrapOver)} (seed ${seed}, ${String(bootstrapFailures ?? 0)} failed): ${intervals.map(shown).join(", ")}`,
  );
}

function goodness(fit: ApproachFit): Part {
  const { rootMeanSquareLogResidual, r2, exponentWithoutSmallestBudget, conditionNumber, frontierConditionNumber } =
    fit.diagnostics;
  const condition = conditionNumber ?? frontierConditionNumber;
  const a = fit.exponents?.a;
  const residual = typeof rootMeanSquareLogResidual === "number" ? rootMeanSquareLogResidual : residualOf(fit);
  const told = [
    ...(residual === undefined ? [] : [`root mean square residual ${(100 * residual).toPrecision(2)} % of the loss`]),
    ...(typeof r2 === "number" ? [`R² ${r2.toFixed(4)}`] : []),
    ...(typeof exponentWithoutSmallestBudget === "number" && a !== undefined
      ? [`a goes from ${digits(a)} to ${digits(exponentWithoutSmallestBudget)} without the smallest budget`]
      : []),
    ...(typeof condition === "number" ? [`condition number ${digits(condition)}`] : []),
    ...(fit.warnings.length === 0
      ? []
      : [`warnings: ${[...new Set(fit.warnings.map(({ code }) => code))].join(", ")}`]),
  ];
  return told.length === 0
    ? lacks(`${fitName(fit)}: nothing is known of its residuals`)
    : says(`${fitName(fit)}: ${told.join("; ")}`);
}

/** Of ln loss, where a fit keeps residuals without their mean square. */
function residualOf(fit: ApproachFit): number | undefined {
  const logs =
    fit.law === "isoflop-power-law"
      ? fit.residuals.map(({ logLoss }) => logLoss)
      : fit.law === "kaplan-compute"
        ? fit.frontier.map(({ logResidual }) => logResidual)
        : [];
  return logs.length === 0 ? undefined : Math.sqrt(logs.reduce((sum, value) => sum + value * value, 0) / logs.length);
}
