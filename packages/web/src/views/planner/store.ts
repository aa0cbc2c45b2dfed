import { computed, effect, signal } from "@preact/signals";
import { fittedLaws } from "../../state/fittedLaws.js";
import { route, setParams } from "../../state/route.js";
import { budgetOf, hardwareOf, numberOf } from "./budget.js";
import type { FieldName } from "./fields.js";
import { answered, askIntervals } from "./intervalAnswers.js";
import { drawsLoss, drawsRepetition, type IntervalRequest } from "./intervals.js";
import { type Choice, chooseLaw, type LawPlan, planLaw, planLimited, planServed } from "./planLaw.js";
import { type Notice, PARAMETERS, type PlannerState, parseState, printState } from "./state.js";

const first = parseState(route.peek().params);
/** What the reader has set. */
export const state = signal<PlannerState>(first.state);
/** What of the address could not be used. */
export const notices = signal<readonly Notice[]>(first.notices);

/** Browsers refuse an address that changes with every step of a slider: it follows this much later, ms. */
const ADDRESS_DELAY = 150;

const printed = (of: PlannerState): string => JSON.stringify(printState(of));
let later: ReturnType<typeof setTimeout> | undefined;

function writeAddress(): void {
  later = undefined;
  if (route.peek().view !== "planner") return;
  const now = printState(state.peek());
  setParams(Object.fromEntries(PARAMETERS.map((name) => [name, now[name]])));
}

/** Sets a part of the state; the address follows. */
export function change(part: Partial<PlannerState>): void {
  state.value = { ...state.peek(), ...part };
  if (notices.peek().length > 0) notices.value = [];
  later ??= setTimeout(writeAddress, ADDRESS_DELAY);
}

export const changeText = (name: FieldName, text: string): void =>
  change({ texts: { ...state.peek().texts, [name]: text } });

// An address that someone else has set: a link, or the reader. Without parameters it is the head's link, which leaves all as it is.
effect(() => {
  const { view, params } = route.value;
  if (view !== "planner" || later !== undefined) return;
  if (!PARAMETERS.some((name) => params.has(name))) {
    if (printed(state.peek()) !== "{}") later = setTimeout(writeAddress, 0);
    return;
  }
  const asked = parseState(params);
  if (printed(asked.state) !== printed(state.peek())) state.value = asked.state;
  if (asked.notices.length > 0) notices.value = asked.notices;
});

export const budget = computed(() => budgetOf(state.value));
export const hardware = computed(() => hardwareOf(state.value));
/** Signals of single numbers: what hangs on them is not planned anew while they stay. */
const flops = computed(() => budget.value.flops);
export const served = computed(() => numberOf(state.value, "served"));
export const unique = computed(() => numberOf(state.value, "unique"));

const constantsText = computed(() => {
  const { E, A, B, alpha, beta } = state.value.texts;
  return JSON.stringify({ E: Number(E), A: Number(A), B: Number(B), alpha: Number(alpha), beta: Number(beta) });
});
const lawsText = computed(() => state.value.laws.join(" "));

/** The law that an id names, with what the page has of it. */
export const choiceOf = (id: string): Choice => chooseLaw(id, JSON.parse(constantsText.value), fittedLaws.value);

/** The laws that stand side by side. */
export const choices = computed((): readonly Choice[] => lawsText.value.split(" ").map(choiceOf));

/** A law's place among the others, with its plan where there is one. */
export interface Column {
  readonly choice: Choice;
  readonly plan?: LawPlan;
}

export const columns = computed((): readonly Column[] =>
  choices.value.map((choice) => {
    const { law } = choice;
    const plan = law && planLaw({ ...choice, law }, flops.value);
    return { choice, ...(plan && { plan }) };
  }),
);
/** The plans that there are. */
export const plans = computed(() => columns.value.flatMap(({ plan }) => (plan === undefined ? [] : [plan])));

/** With serving counted, for each of the plans; intervals join where they have come for just these numbers. */
export const servedPlans = computed(() => {
  const tokens = served.value;
  return plans.value.map((plan) => {
    const found = tokens === undefined ? undefined : planServed(plan, tokens);
    if (found === undefined || tokens === undefined) return undefined;
    const intervals95 = answered({ kind: "served", id: plan.choice.id, flops: flops.value, tokens });
    return { ...found, ...(intervals95 && { intervals95 }) };
  });
});
/** With few unique tokens, for each of the plans; intervals likewise. */
export const limitedPlans = computed(() => {
  const tokens = unique.value;
  return plans.value.map((plan) => {
    const found = tokens === undefined ? undefined : planLimited(plan, tokens);
    if (found === undefined || tokens === undefined) return undefined;
    const intervals95 = answered({ kind: "limited", id: plan.choice.id, flops: flops.value, tokens });
    return { ...found, ...(intervals95 && "epochs" in intervals95 && { intervals95 }) };
  });
});

effect(() => {
  const asked = { served: served.value, limited: unique.value };
  askIntervals(
    plans.value.flatMap(({ choice: { id, fit } }) =>
      (["served", "limited"] as const).flatMap((kind): IntervalRequest[] => {
        const tokens = asked[kind];
        if (tokens === undefined || fit === undefined) return [];
        const drawn = kind === "served" ? drawsLoss(fit) : drawsRepetition(fit);
        return drawn ? [{ kind, id, fit, flops: flops.value, tokens }] : [];
      }),
    ),
  );
});
