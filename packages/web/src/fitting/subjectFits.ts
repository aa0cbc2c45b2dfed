import type { ApproachFit, ApproachName } from "@isoflop/laws/procedures";
import type { Subject } from "./protocol.js";

/** The fits that profiles and influence are of: those of the procedure asked about, or of another that there is. */
export function subjectFits(fits: readonly ApproachFit[], subject: Subject): readonly ApproachFit[] {
  const order: readonly ApproachName[] = [subject, "2", "1", "kaplan", "data-constrained"];
  return order.map((name) => fits.filter(({ approach }) => approach === name)).find((own) => own.length > 0) ?? [];
}
