import { effect, signal } from "@preact/signals";
import { allRuns } from "../../state/fittedRuns.js";
import { observations } from "../../state/observations.js";
import { route, setParams } from "../../state/route.js";
import { runsNamed } from "./addressedRuns.js";
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

// Runs with long ids stand in an address by a mark: whose it is, is known when the runs are there.
effect(() => {
  const observed = observations.value;
  if (observed === undefined) return;
  const state = lawsState.value;
  const ids = allRuns(observed).map(({ id }) => id);
  const [out, picked] = [runsNamed(state.out, ids), runsNamed(state.picked, ids)];
  const run = runsNamed([state.run], ids)[0] ?? "";
  if (out !== state.out || picked !== state.picked || run !== state.run)
    lawsState.value = { ...state, out, picked, run };
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
