import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Option } from "commander";
import { packageVersion } from "../../study/versions.js";
import type { Exporter } from "../exporter.js";
import type { ExportRun, ExportState } from "../input.js";
import { begunRuns, lacksRuns } from "./begunRuns.js";
import { rowsOf } from "./rows.js";
import { beginOf, trackerId } from "./trackerId.js";
import { openWandbLog } from "./wandbLog.js";
import { wandbRecords } from "./wandbRecord.js";

/** Exit codes; a run that has not ended has none. */
const EXIT: Readonly<Partial<Record<ExportState, number>>> = { finished: 0, failed: 1, killed: 1 };

/** A folder for each run as wandb itself writes offline: `wandb sync` sends it to a server. */
export const wandbExporter: Exporter = {
  what: "wandb",
  about: "offline runs of W&B, which `wandb sync` sends to a server",
  byDefault: false,
  lacks: lacksRuns,
  options: () => [
    new Option("--experiment <name>", "MLflow's experiment and W&B's project (default: what the source is called)"),
  ],
  write: async (input, { folder }, { flags }) => {
    const name = typeof flags.experiment === "string" ? flags.experiment : input.title;
    let count = 0;
    for await (const run of begunRuns(input)) {
      await writeRun(run, projectName(name), join(folder, "wandb"));
      count++;
    }
    return [{ path: "wandb", count }];
  },
};

async function writeRun(run: ExportRun, project: string, folder: string): Promise<void> {
  const id = trackerId(run.id);
  const startedAt = (await beginOf(run)) ?? 0;
  const place = join(folder, `offline-run-${stamp(startedAt)}-${id}`);
  await mkdir(join(place, "files"), { recursive: true });
  const log = openWandbLog(join(place, `run-${id}.wandb`));
  const records = wandbRecords();
  const { name: displayName, group, tags } = run;
  try {
    log.append(records.header(`isoflop ${packageVersion()}`));
    const config = Object.entries(run.config);
    log.append(records.run({ id, project, group, displayName, tags, config, startedAt }));
    let last = startedAt;
    let summary: Record<string, unknown> = {};
    for await (const { step, time, values } of rowsOf(run)) {
      last = time ?? last;
      const clock = time === undefined ? [] : [["_timestamp", time] as const, ["_runtime", time - startedAt] as const];
      const row = [...values, ...clock, ["_step", step] as const];
      log.append(records.history(step, row));
      summary = Object.assign(summary, Object.fromEntries(row));
    }
    log.append(records.summary(Object.entries({ ...summary, ...run.summary })));
    const code = EXIT[run.state];
    if (code !== undefined) log.append(records.exit(code, last - startedAt));
  } finally {
    log.close();
  }
}

/** Without what W&B refuses in a project's name. */
export const projectName = (name: string): string => name.replace(/[/\\#?%:\p{Cc}]+/gu, "-").slice(0, 128) || "isoflop";

/** 20261126_073412, UTC. */
const stamp = (seconds: number): string =>
  new Date(1000 * seconds).toISOString().slice(0, 19).replaceAll("-", "").replace("T", "_").replaceAll(":", "");
