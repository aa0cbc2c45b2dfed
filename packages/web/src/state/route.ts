import { computed, signal } from "@preact/signals";

/** The views, as the address names them. */
export const VIEWS = ["study", "laws", "planner", "data"] as const;
export type View = (typeof VIEWS)[number];

export interface Route {
  readonly view: View;
  /** What a view keeps in the address, so that a link shows the same again. */
  readonly params: URLSearchParams;
}

const FIRST: View = "study";

function parse(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const view = VIEWS.find((name) => name === path) ?? FIRST;
  return { view, params: new URLSearchParams(query) };
}

const hash = signal(location.hash);
addEventListener("hashchange", () => {
  hash.value = location.hash;
});

/** Where the page is: `#/planner?flops=1e21`, an address that needs no server to know it. */
export const route = computed(() => parse(hash.value));

/** An address within the page, of the study that is chosen unless it names another. Parameters that are undefined are left out. */
export function address(view: View, params: Readonly<Record<string, string | undefined>> = {}): string {
  const study = route.value.params.get("study") ?? undefined;
  const query = new URLSearchParams(
    Object.entries({ study, ...params }).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  ).toString();
  return `#/${view}${query === "" ? "" : `?${query}`}`;
}

/** Changes parameters of the view that is shown, without a step in the browser's history. */
export function setParams(changes: Readonly<Record<string, string | undefined>>): void {
  const { view, params } = route.value;
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.delete(name);
    else next.set(name, value);
  }
  const query = next.toString();
  history.replaceState(null, "", `#/${view}${query === "" ? "" : `?${query}`}`);
  hash.value = location.hash;
}
