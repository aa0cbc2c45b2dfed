import type { LawFit } from "@isoflop/laws";
import type { LawObservations } from "../../read/lawInputs.js";
import type { ExportInput } from "../input.js";
import { droppedRows, titleOf } from "./observed.js";

/** The fit of one law by itself: its rows are whatever it takes, and no runs. */
export function lawInput(paths: readonly string[], { dropped }: LawObservations, fit: LawFit): ExportInput {
  return {
    from: "files",
    title: titleOf(paths),
    sources: paths,
    convention: { parameters: "given", flops: "given" },
    records: [],
    heldOut: [],
    dropped: droppedRows(dropped),
    fits: [{ name: fit.law, about: fit.law, fit }],
    skipped: [],
    notices: [],
    hasRuns: false,
    runs: async function* () {},
  };
}
