import { createHash } from "node:crypto";
import { join } from "node:path";
import type { RunState } from "../runs/status.js";
import type { StudyFolder } from "../study/folder.js";
import { stampOf } from "./live/stamp.js";

/** Another one whenever a run's end, the study, its design, the forecast or the report is another. */
export async function observationsMark({ folder, study }: StudyFolder, states: readonly RunState[]): Promise<string> {
  const files = ["design.json", "forecast.json", "verification.json", "report.html", "fits"];
  const stamps = await Promise.all(files.map((name) => stampOf(join(folder, name))));
  const ended = states.filter(({ result, status }) => result !== undefined || status === "cancelled");
  return markOf([JSON.stringify(study), ...stamps, ...ended.map(({ spec, status }) => `${spec.id} ${status}`).sort()]);
}

export const markOf = (parts: readonly string[]): string =>
  createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 16);
