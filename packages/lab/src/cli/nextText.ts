import {
  type ExpectedError,
  type ExpectedErrors,
  formatCount,
  formatFlops,
  type Interval,
  type RefitSpread,
} from "@isoflop/laws";
import type { NextRuns } from "../steps/next.js";
import { textTable } from "./textTable.js";

/** Half of a 95 % interval in standard errors. */
const Z = 1.96;
const figures = (value: number, digits = 2) => String(Number(value.toPrecision(digits)));
const percent = (share: number) => `${figures(100 * share)} %`;
/** What is beyond this, in per cent or as a factor, is not known at all: its digits would say nothing. */
const UNKNOWN = 1000;
const spread = (error: number) => (100 * Z * error < UNKNOWN ? `±${percent(Z * error)}` : `±${UNKNOWN} % or more`);
const factor = (error: number) => {
  const times = Math.exp(Z * error);
  return times < UNKNOWN ? `x/÷ ${Number(times.toPrecision(3))}` : `x/÷ ${UNKNOWN} or more`;
};

/** The runs to add, what they are worth, and where they go in a study.yaml. */
export function nextText(made: NextRuns, budget: number, ofStudy: boolean): string {
  const { runs, flops, target, errors, objective, before, after, grid, gridCost, simulated } = made;
  const what = { loss: "the loss", parameters: "N_opt", both: "the loss and N_opt" }[objective];
  const one = (run: NextRuns["runs"][number]) => [
    formatCount(run.parameters),
    formatCount(run.tokens),
    formatFlops(run.flops),
    figures(run.tokens / run.parameters, 3),
    String(run.seeds),
  ];
  const rows = [
    expected("Loss", (e) => e.loss, spread),
    expected(
      "  if the law held",
      (e) => e.loss,
      (_, { byNoise }) => spread(byNoise),
      false,
    ),
    simulatedRow("  of simulated refits", (s) => s.loss, spread),
    bootstrapRow(made.bootstrap95?.loss, spread),
    expected("N_opt", (e) => e.parameters, factor),
    expected(
      "  if the law held",
      (e) => e.parameters,
      (_, { byNoise }) => factor(byNoise),
      false,
    ),
    simulatedRow("  of simulated refits", (s) => s.parameters, factor),
    bootstrapRow(made.bootstrap95?.parameters, factor),
    [
      "Compute lost by that N",
      ...[before, after, grid].map(({ computeLost }) =>
        100 * computeLost < UNKNOWN ? percent(computeLost) : `${UNKNOWN} % or more`,
      ),
    ],
  ].filter((row) => row.length > 0);
  const lines = [
    runs.length === 0
      ? `No run for ${formatFlops(budget)} FLOPs would tell ${what} at ${formatFlops(target.flops)} FLOPs better by a quarter per cent of its standard error.`
      : `Runs to add for ${formatFlops(flops)} of ${formatFlops(budget)} FLOPs, so that ${what} at ${formatFlops(target.flops)} FLOPs is known best:`,
    ...(runs.length === 0 ? [] : [textTable(["N", "D", "C", "D/N", "Seeds"], runs.map(one)).trimEnd()]),
    "",
    `The law says N_opt ${formatCount(target.parameters)}, D_opt ${formatCount(target.tokens)}, loss ${target.loss.toFixed(4)} there; expected 95 % intervals`,
    textTable(["", "Now", "With these runs", `With a grid of ${grid.runs.length}`], rows).trimEnd(),
    `In square brackets: over the law's bootstrap draws. Noise of a run ${percent(errors.noise)}; the law is taken to drift by ${percent(errors.drift)} an e-fold of N or D (likeliest: ${percent(errors.estimatedDrift)}).`,
    gridText(gridCost, grid.runs[0]?.flops ?? 0),
    ...made.warnings.map(({ code, message }) => `warning (${code}): ${message}`),
    ...(runs.length > 0 && ofStudy ? ["", ...yaml(runs)] : []),
  ];
  return `${lines.join("\n")}\n`;

  function expected(
    name: string,
    of: (errors: ExpectedErrors) => ExpectedError,
    show: (error: number, whole: ExpectedError) => string,
    withRange = true,
  ): string[] {
    return [
      name,
      ...[before, after, grid].map((errors) => {
        const error = of(errors);
        const [low, high] = error.range95;
        const range = withRange ? ` [${bare(show(low, error))}, ${bare(show(high, error))}]` : "";
        return `${show(error.standardError, error)}${range}`;
      }),
    ];
  }

  function simulatedRow(name: string, of: (spread: RefitSpread) => number, show: (error: number) => string): string[] {
    if (simulated === undefined) return [];
    return [
      `${name} (${simulated.after.refits})`,
      ...[simulated.before, simulated.after, simulated.grid].map((s) => show(of(s))),
    ];
  }
}

/** The bootstrap knows the runs that there are, and no others. */
function bootstrapRow(interval: Interval | undefined, show: (error: number) => string): string[] {
  return interval === undefined
    ? []
    : ["  by the bootstrap", show(Math.log(interval[1] / interval[0]) / (2 * Z)), "-", "-"];
}

/** A number without the sign before it and the unit after it, for the ends of a range. */
const bare = (text: string) =>
  text
    .replace(/^(±|x\/÷ )/, "")
    .replace(/( %)? or more$/, "+")
    .replace(/ %$/, "");

function gridText(gridCost: number, run: number): string {
  const what = `a regular isoFLOP profile (runs of ${formatFlops(run)} here)`;
  if (gridCost === Number.POSITIVE_INFINITY) return `Not with 64 times these FLOPs would ${what} do as well.`;
  return gridCost >= 1
    ? `To do as well, ${what} would take ${figures(gridCost)} times these FLOPs.`
    : `Here ${what} does as well for ${figures(gridCost)} of these FLOPs: prefer it.`;
}

/** The proposals as the runs that a design has beside those of its kind. */
function yaml(runs: NextRuns["runs"]): string[] {
  const seeds = Math.max(...runs.map((run) => run.seeds));
  return [
    "Add to the design in study.yaml, then isoflop run trains them:",
    "  also:",
    ...runs.flatMap((run) =>
      Array.from(
        { length: run.seeds },
        (_, seed) =>
          `    - { parameters: ${Math.round(run.parameters)}, tokens: ${Math.round(run.tokens)}${seeds > 1 ? `, seed: ${seed}` : ""} }`,
      ),
    ),
  ];
}
