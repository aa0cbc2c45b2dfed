import type { StudySnapshot } from "../api.js";
import type { Served } from "../served.js";
import type { Look } from "./board.js";
import { lookAtTable } from "./importedLook.js";
import type { QueueWatch } from "./queueWatch.js";
import { lookAtStudy } from "./studyLook.js";

/** Looks at whatever is served. */
export const lookAt = (served: Served, queue: QueueWatch): Look =>
  served.kind === "study" ? lookAtStudy(served, queue) : lookAtTable(served);

/** What there is to see at this moment. Errors: those of the file system, of readObservations. */
export async function snapshotOf(served: Served, queue: QueueWatch): Promise<StudySnapshot> {
  const { board, again } = lookAt(served, queue);
  await again(() => {}, false);
  return { ...board.state, runs: [...board.runs.values()] };
}
