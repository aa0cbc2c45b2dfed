import { join } from "node:path";
import { endEvent, hyperparametersEvent, openEventFile, scalarsEvent } from "@isoflop/trainer/tracking";
import type { TrackedPoints } from "../../import/source.js";
import type { Exporter } from "../exporter.js";
import type { ExportRun, ExportState } from "../input.js";
import { begunRuns, lacksRuns } from "./begunRuns.js";
import { folderNames } from "./folderNames.js";
import { settingsOf } from "./settings.js";
import { beginOf } from "./trackerId.js";

/** TensorBoard knows of no run that was killed, and of none that waits. */
const STATES: Readonly<Record<ExportState, "finished" | "failed" | "running">> = {
  finished: "finished",
  failed: "failed",
  killed: "failed",
  running: "running",
  scheduled: "running",
};

/** A folder of event files for each run: every point of every series, the settings as hyperparameters. */
export const tensorboardExporter: Exporter = {
  what: "tensorboard",
  about: "TensorBoard's event files, a folder for each run",
  byDefault: false,
  lacks: lacksRuns,
  write: async (input, { folder }) => {
    const nameOf = folderNames();
    let count = 0;
    for await (const run of begunRuns(input)) {
      await writeRun(run, join(folder, "tensorboard", nameOf(run.name)));
      count++;
    }
    return [{ path: "tensorboard", count }];
  },
};

async function writeRun(run: ExportRun, folder: string): Promise<void> {
  const series = new Set<string>();
  const began = (await beginOf(run)) ?? 0;
  let last = began;
  const file = openEventFile(folder);
  try {
    for await (const { step, time, values } of eventsOf(run.points())) {
      for (const key of Object.keys(values)) series.add(key);
      last = time ?? began;
      file.append(scalarsEvent(last, step, values));
    }
  } finally {
    file.close();
  }
  // In a file of their own: they stand at its beginning, and which of them are ends of series is known only now.
  const hyperparameters = openEventFile(folder);
  try {
    hyperparameters.append(hyperparametersEvent(began, run.id, settingsOf(run, series)));
    hyperparameters.append(endEvent(last, STATES[run.state]));
  } finally {
    hyperparameters.close();
  }
}

interface PointsAtOnce {
  readonly step: number;
  readonly time: number | undefined;
  readonly values: Readonly<Record<string, number>>;
}

/** Points of one step and time that were logged one after the other. */
async function* eventsOf(points: TrackedPoints): AsyncGenerator<PointsAtOnce, void, undefined> {
  let at: { step: number; time: number | undefined; values: Record<string, number> } | undefined;
  for await (const { key, step, time, value } of points) {
    if (at === undefined || at.step !== step || at.time !== time || Object.hasOwn(at.values, key)) {
      if (at !== undefined) yield at;
      at = { step, time, values: Object.create(null) };
    }
    at.values[key] = value;
  }
  if (at !== undefined) yield at;
}
