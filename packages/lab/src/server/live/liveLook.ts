import type { StudySnapshot } from "../api.js";
import type { Served } from "../served.js";
import type { Look } from "./board.js";
import { lookAtTable } from "./importedLook.js";
import { lookAtStudy } from "./studyLook.js";

/** Looks at whatever is served. */
export const lookAt = (served: Served): Look =>
  served.kind === "study" ? lookAtStudy(served.key, served.study) : lookAtTable(served);

/** What there is to see at this moment. Errors: those of the file system, of readObservations. */
export async function snapshotOf(served: Served): Promise<StudySnapshot> {
  const { board, again } = lookAt(served);
  await again(() => {}, false);
  return { ...board.state, runs: [...board.runs.values()] };
}
