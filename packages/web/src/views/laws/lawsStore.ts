import { effect, signal } from "@preact/signals";
import { route, setParams } from "../../state/route.js";
import { type LawsState, PARAMETERS, parseLawsState, printLawsState } from "./lawsState.js";

const atFirst = route.peek();
/** What the reader has set; the address follows. */
export const lawsState = signal<LawsState>(
  parseLawsState(atFirst.view === "laws" ? atFirst.params : new URLSearchParams()),
);

const printed = (state: LawsState): string => JSON.stringify(printLawsState(state));

function writeAddress(): void {
  if (route.peek().view !== "laws") return;
  const now = printLawsState(lawsState.peek());
  setParams(Object.fromEntries(PARAMETERS.map((name) => [name, now[name]])));
}

/** Sets a part of the state. */
export function change(part: Partial<LawsState>): void {
  lawsState.value = { ...lawsState.peek(), ...part };
  writeAddress();
}

// An address that someone else has set: a link, or the reader. Without parameters it is the head's link, which leaves all as it is.
effect(() => {
  const { view, params } = route.value;
  if (view !== "laws") return;
  if (!PARAMETERS.some((name) => params.has(name))) {
    if (printed(lawsState.peek()) !== "{}") setTimeout(writeAddress, 0);
    return;
  }
  const asked = parseLawsState(params);
  if (printed(asked) !== printed(lawsState.peek())) lawsState.value = asked;
});

/** Leaves a run out of the fits, or takes it in again. */
export function toggleOut(id: string): void {
  const { out } = lawsState.peek();
  change({ out: out.includes(id) ? out.filter((one) => one !== id) : [...out, id] });
}

/** Picks a run out and opens it, or lets it go. */
export function togglePicked(id: string): void {
  const { picked, run } = lawsState.peek();
  if (!picked.includes(id)) change({ picked: [...picked, id], run: id });
  else change({ picked: picked.filter((one) => one !== id), run: run === id ? "" : run });
}
