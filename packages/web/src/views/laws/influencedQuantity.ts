import { INFLUENCED, type InfluencedQuantity } from "@isoflop/figures";
import { effect, signal } from "@preact/signals";
import { route, setParams } from "../../state/route.js";

const PARAMETER = "influence";
const USUAL: InfluencedQuantity = "a";

/** The quantity that an address asks for; what cannot be used is as by default. */
export const parseInfluence = (params: URLSearchParams): InfluencedQuantity =>
  INFLUENCED.find((quantity) => quantity === params.get(PARAMETER)) ?? USUAL;

/** What the influence of single runs is told on; the address follows. */
export const influenced = signal<InfluencedQuantity>(USUAL);

/** Chooses a quantity. */
export function chooseInfluenced(quantity: InfluencedQuantity): void {
  influenced.value = quantity;
  setParams({ [PARAMETER]: quantity === USUAL ? undefined : quantity });
}

// An address with parameters is a link, or the reader's own: it is followed. One without leaves all as it is.
effect(() => {
  const { view, params } = route.value;
  if (view === "laws" && params.size > 0) influenced.value = parseInfluence(params);
});
