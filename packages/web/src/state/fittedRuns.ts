import type { CountedRecord } from "@isoflop/laws/observations";
import type { StudyObservationsPage } from "isoflop/api";

/** The runs that some law is fitted to. */
export const fittedRuns = ({
  records,
  others = [],
}: Pick<StudyObservationsPage, "records" | "others">): readonly CountedRecord[] => [...records, ...others];

/** All runs that are observed: those, and the ones that no fit sees. */
export const allRuns = (
  observed: Pick<StudyObservationsPage, "records" | "others" | "holdouts">,
): readonly CountedRecord[] => [...fittedRuns(observed), ...observed.holdouts];
