import { signal } from "@preact/signals";
import type { ControlOutcome, ControlRequest } from "isoflop/api";
import { reasonOf } from "../../i18n/serverFaults.js";
import { sendControl } from "../../state/api.js";

/** What came of the last order that was given on this page. */
export type Order =
  | { readonly kind: "asked" }
  | { readonly kind: "told"; readonly outcome: ControlOutcome }
  | { readonly kind: "refused"; readonly reason: string };

/** One order at a time, with its outcome, for the study and for the run whose panel is open. */
export function createOrdering() {
  const order = signal<Order | undefined>(undefined);
  const give = async (key: string, asked: ControlRequest): Promise<void> => {
    order.value = { kind: "asked" };
    try {
      order.value = { kind: "told", outcome: await sendControl(key, asked) };
    } catch (error) {
      order.value = { kind: "refused", reason: reasonOf(error) };
    }
  };
  return { order, give };
}
