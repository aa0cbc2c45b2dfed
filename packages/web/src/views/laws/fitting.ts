import { parseFlops } from "@isoflop/laws";
import { type ApproachFit, approachesFor, type FitChoices } from "@isoflop/laws/procedures";
import { batch, computed, effect, signal, untracked } from "@preact/signals";
import { Fitter } from "../../fitting/fitter.js";
import type { Answer, PartAnswer, Problem, Runs, Skipped, Subject } from "../../fitting/protocol.js";
import { embeddingsOf } from "../../state/embeddings.js";
import { tellFits } from "../../state/fittedLaws.js";
import { fittedRuns } from "../../state/fittedRuns.js";
import type { Observed } from "../../state/observations.js";
import { route } from "../../state/route.js";
import { counted } from "./counted.js";
import { withFits } from "./fitList.js";
import { choicesOf } from "./lawsState.js";
import { lawsState } from "./lawsStore.js";
import { NOTHING_REACHED, type Reached, reachedBy } from "./waiting.js";

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
  /** How far the answers are. */
  readonly reached: Reached;
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
  reached: NOTHING_REACHED,
  done: false,
};

export const told = signal<Told>(NOTHING);
export const fitFailure = signal<string | undefined>(undefined);
/** Whether what is told answers an earlier question than the last: its first answer has yet to be shown. */
export const outdated = signal(false);

/** The question that answers are of now, and whether its first answer has yet to come: until then the last fits stay in view. */
let asked: Pick<Told, "runs" | "leftOut" | "subject"> = NOTHING;
let fresh = false;
/** What the answers so far come to: told when it can stand in the place of what is shown. */
let building: Told = NOTHING;
/** What was asked for but of which runs, and when; and the question about newer runs that is held back until it is answered. */
let chosen = "";
let askedAt = 0;
let held: ReturnType<typeof setTimeout> | undefined;
/** A question about newer runs ends the answer to the last: where runs end every few seconds no interval would ever be there. */
const PATIENCE_MS = 10_000;

/** Whether these are runs of one study, or of the same files, counted alike: it has come further. */
const isFurther = (before: Observed | undefined, now: Observed | undefined): boolean =>
  before !== undefined && JSON.stringify(countOf(before)) === JSON.stringify(countOf(now));

const countOf = (of: Observed | undefined) => [of?.source, of?.convention, of?.recounted];

/** The budget at which laws are told: as typed, else the largest compute of a run. */
export const budget = computed((): number => {
  const typed = lawsState.value.at === "" ? undefined : parseFlops(lawsState.value.at);
  if (typeof typed === "number") return typed;
  return (counted.value?.records ?? []).reduce((most, { flops }) => Math.max(most, flops), 1);
});

const fitter = new Fitter(take, (reason) => {
  fitFailure.value = reason;
});

function take(answer: Answer): void {
  building = after(fresh ? { ...NOTHING, ...asked } : building, answer);
  fresh = false;
  // Its intervals are all there.
  if (answer.stage !== "points" && answer.stage !== "parts" && answer.stage !== "intervals") {
    askedAt = Number.NEGATIVE_INFINITY;
    if (held !== undefined) setTimeout(askNewest, 0);
  }
  const shown = told.peek().runs;
  // Of a study that is watched the last fits stay until all point fits are there: nothing vanishes at a run's end.
  if (building.milliseconds === undefined && shown !== building.runs && isFurther(shown, building.runs)) return;
  batch(() => {
    fitFailure.value = undefined;
    outdated.value = false;
    told.value = building;
    // Plans want intervals: a fit is told of when it has its draws, or when none are to come.
    if (answer.stage !== "intervals" && answer.stage !== "done") return;
    const { fits, runs, leftOut } = told.peek();
    const embeddings = runs?.convention.parameters === "non-embedding" ? embeddingsOf(runs.records) : undefined;
    const recounted = runs?.recounted !== undefined && { recounted: true as const };
    const laws = fits.flatMap((fit) =>
      fit.law === "kaplan-compute" || (answer.stage === "intervals" && fit.draws.rows.length === 0)
        ? []
        : [
            {
              key: fit.law,
              study: runs?.title ?? "",
              fit,
              ...(runs?.lossUnit && { lossUnit: runs.lossUnit }),
              ...(runs?.warnings && { warnings: runs.warnings }),
              ...(leftOut.length > 0 && { leftOut: leftOut.length }),
              ...recounted,
              ...(embeddings && { embeddings }),
            },
          ],
    );
    tellFits(runs?.source, laws);
  });
}

function after(before: Told, answer: Answer): Told {
  const now = { ...before, reached: reachedBy(answer, diagnosed) };
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
  const observed = counted.value;
  if (observed === undefined || fittedRuns(observed).length === 0) return undefined;
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
  for (const { rows, scan = [] } of runs?.parts ?? [])
    for (const { run } of [...rows, ...scan]) if (run !== undefined) known.add(run);
  return JSON.stringify({
    choices: choicesOf(state, approachesFor(runs?.records ?? [])),
    leftOut: state.out.filter((id) => known.has(id)),
    subject: subjectOf(state.procedure),
    budget: budget.value,
  });
});

/** Profiles, backtest and influence are this view's alone: a study that is watched is fitted at every run's end. */
const diagnostics = computed((): boolean => route.value.view === "laws");
let diagnosed = false;

/** Asks of the runs as they are now. */
function askNewest(): void {
  clearTimeout(held);
  held = undefined;
  const runs = runsOf.peek();
  if (runs === undefined) return;
  const { choices, leftOut, subject, budget: flops } = JSON.parse(question.peek());
  const now = counted.peek();
  if (asked.runs !== now && !isFurther(asked.runs, now)) told.value = NOTHING;
  outdated.value = true;
  asked = { runs: now, leftOut, subject };
  fresh = true;
  diagnosed = diagnostics.peek();
  chosen = choice();
  askedAt = performance.now();
  fitter.ask(runs, { choices, leftOut, subject, budget: flops, diagnostics: diagnosed });
}

/** What a question hangs on but for the runs: the budget counts where it was typed, for else it is the largest run's. */
const choice = (): string => JSON.stringify([{ ...JSON.parse(question.peek()), budget: 0 }, lawsState.peek().at]);

// Other runs, other choices, runs left out: fitted anew at once. Runs that have ended since: when the last ones are through.
effect(() => {
  void question.value;
  if (runsOf.value === undefined) return;
  untracked(() => {
    const wait = askedAt + PATIENCE_MS - performance.now();
    // Files are mapped anew by the reader, who waits for nothing else.
    const isWatched = counted.peek()?.source.kind === "served";
    if (wait <= 0 || !isWatched || !isFurther(asked.runs, counted.peek()) || choice() !== chosen) return askNewest();
    clearTimeout(held);
    held = setTimeout(askNewest, wait);
  });
});

// What was asked without diagnostics, with them when they are looked at.
effect(() => {
  if (diagnostics.value && !diagnosed) untracked(askNewest);
});
