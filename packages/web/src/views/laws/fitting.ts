import { parseFlops } from "@isoflop/laws";
import { type ApproachFit, approachesFor, type FitChoices } from "@isoflop/laws/procedures";
import { batch, computed, effect, signal } from "@preact/signals";
import { Fitter } from "../../fitting/fitter.js";
import type { Answer, PartAnswer, Problem, Runs, Skipped, Subject } from "../../fitting/protocol.js";
import { fittedLaws } from "../../state/fittedLaws.js";
import { type Observed, observations } from "../../state/observations.js";
import { withFits } from "./fitList.js";
import { choicesOf } from "./lawsState.js";
import { lawsState } from "./lawsStore.js";

/** What the worker has said of the newest question so far; a stage's last answer stays until its next one. */
export interface Told {
  readonly runs: Observed | undefined;
  readonly leftOut: readonly string[];
  readonly subject: Subject | undefined;
  readonly fits: readonly ApproachFit[];
  readonly skipped: readonly Skipped[];
  /** The same fits to all runs, where some are left out. */
  readonly full: readonly ApproachFit[];
  /** Of the point fits; undefined while they are not all there. */
  readonly milliseconds: number | undefined;
  readonly parts: readonly PartAnswer[];
  readonly least: Extract<Answer, { stage: "parts" }>["least"];
  readonly profiles: Extract<Answer, { stage: "profiles" }>["profiles"] | undefined;
  readonly backtest: Extract<Answer, { stage: "backtest" }>["series"] | undefined;
  readonly influence: Extract<Answer, { stage: "influence" }> | undefined;
  readonly reasons: Readonly<Partial<Record<"profiles" | "backtest" | "influence", Problem>>>;
  readonly done: boolean;
}

const NOTHING: Told = {
  runs: undefined,
  leftOut: [],
  subject: undefined,
  fits: [],
  skipped: [],
  full: [],
  milliseconds: undefined,
  parts: [],
  least: undefined,
  profiles: undefined,
  backtest: undefined,
  influence: undefined,
  reasons: {},
  done: false,
};

export const told = signal<Told>(NOTHING);
export const fitFailure = signal<string | undefined>(undefined);

/** The question that answers are of now, and whether its first answer has yet to come: until then the last fits stay in view. */
let asked: Pick<Told, "runs" | "leftOut" | "subject"> = NOTHING;
let fresh = false;

/** The budget at which laws are told: as typed, else the largest compute of a run. */
export const budget = computed((): number => {
  const typed = lawsState.value.at === "" ? undefined : parseFlops(lawsState.value.at);
  if (typeof typed === "number") return typed;
  return (observations.value?.records ?? []).reduce((most, { flops }) => Math.max(most, flops), 1);
});

const fitter = new Fitter(take, (reason) => {
  fitFailure.value = reason;
});

function take(answer: Answer): void {
  const now: Told = fresh ? { ...NOTHING, ...asked } : told.peek();
  fresh = false;
  batch(() => {
    fitFailure.value = undefined;
    told.value = after(now, answer);
    // Plans want intervals: a fit is told of when it has its draws, or when none are to come.
    if (answer.stage !== "intervals" && answer.stage !== "done") return;
    const { fits, runs } = told.peek();
    fittedLaws.value = fits.flatMap((fit) =>
      fit.law === "kaplan-compute" || (answer.stage === "intervals" && fit.draws.rows.length === 0)
        ? []
        : [{ key: fit.law, name: `${runs?.title ?? ""}, approach ${fit.approach}`, fit }],
    );
  });
}

function after(now: Told, answer: Answer): Told {
  switch (answer.stage) {
    case "points":
      return {
        ...now,
        fits: withFits(now.fits, answer.fits),
        full: withFits(now.full, answer.full),
        skipped: [...now.skipped, ...answer.skipped],
        milliseconds: answer.complete ? answer.milliseconds : undefined,
      };
    case "intervals":
      return { ...now, fits: withFits(now.fits, answer.fits) };
    case "parts":
      return { ...now, parts: answer.parts, least: answer.least };
    case "profiles":
      return { ...now, profiles: answer.profiles };
    case "backtest":
      return { ...now, backtest: answer.series };
    case "influence":
      return { ...now, influence: answer };
    case "none":
      return { ...now, reasons: { ...now.reasons, [answer.of]: answer.reason } };
    case "done":
      return { ...now, done: true };
  }
}

const runsOf = computed((): Runs | undefined => {
  const observed = observations.value;
  if (observed === undefined || observed.records.length === 0) return undefined;
  const { records, convention, choices = {}, parts = [], batchTokens = {} } = observed;
  return { records, convention, choices, parts, batchTokens };
});

/** The procedure that profiles, pairs and influence are of: the one that was chosen, else Approach 3. */
export const subjectOf = (procedure: FitChoices["approaches"][number] | "all"): Subject =>
  procedure === "all" ? "3" : procedure;

/** What of the state a fit hangs on: nothing is fitted anew when something else changes. */
const question = computed((): string => {
  const runs = runsOf.value;
  const state = lawsState.value;
  const known = new Set(runs?.records.map(({ id }) => id) ?? []);
  for (const { rows } of runs?.parts ?? []) for (const { run } of rows) if (run !== undefined) known.add(run);
  return JSON.stringify({
    choices: choicesOf(state, approachesFor(runs?.records ?? [])),
    leftOut: state.out.filter((id) => known.has(id)),
    subject: subjectOf(state.procedure),
    budget: budget.value,
  });
});

// Runs that have ended since, other runs, other choices, runs left out: fitted anew.
effect(() => {
  const runs = runsOf.value;
  const text = question.value;
  if (runs === undefined) return;
  const { choices, leftOut, subject, budget: flops } = JSON.parse(text);
  if (asked.runs !== observations.peek()) told.value = NOTHING;
  asked = { runs: observations.peek(), leftOut, subject };
  fresh = true;
  fitter.ask(runs, { choices, leftOut, subject, budget: flops });
});
