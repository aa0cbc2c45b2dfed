import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { logRecords } from "../../import/wandb/log.js";
import { plantedInput, plantedRuns } from "./fixtures/planted.js";
import { startWandbSyncStandIn } from "./fixtures/wandbSyncStandIn.js";
import { rowsOf } from "./rows.js";
import { projectName, wandbExporter } from "./wandb.js";
import { openWandbLog } from "./wandbLog.js";

/** wandb's own client, where ISOFLOP_WANDB names a Python that has it (.ci/run). In CI a missing one is a failure. */
const python = process.env.ISOFLOP_WANDB;
if (python === undefined && !process.env.CI) {
  console.warn("wandb's own client reads no exported run: ISOFLOP_WANDB names no Python");
}

test.skipIf(python === undefined && !process.env.CI)(
  "wandb sync sends every row of an exported run",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "isoflop-wandb-sync-"));
    const server = await startWandbSyncStandIn();
    try {
      const options = { formats: [], figures: [], theme: "light", flags: {}, log: () => {} } as const;
      await wandbExporter.write(plantedInput(), { folder, final: folder }, options);
      const access = { WANDB_BASE_URL: server.address, WANDB_API_KEY: "0123456789abcdef0123456789abcdef01234567" };
      await promisify(execFile)(python ?? "", ["-m", "wandb", "sync", "--yes", join(folder, "wandb")], {
        cwd: folder,
        env: { ...process.env, ...access, HOME: folder, WANDB_ERROR_REPORTING: "false" },
        timeout: 150_000,
      });
      expect(server.runs.size).toBe(plantedRuns.length);
      for (const planted of plantedRuns) {
        const run = server.runs.get(planted.id);
        const rows = [];
        for await (const { step, values } of rowsOf(planted)) rows.push({ ...Object.fromEntries(values), _step: step });
        const history = run?.history.map(({ _timestamp, _runtime, ...row }) => row);
        expect(history).toEqual(rows);
        expect(run).toMatchObject({ displayName: planted.name, project: "planted study", group: planted.group });
        expect(run?.tags ?? []).toEqual(planted.tags);
        const { _wandb, ...config } = run?.config ?? {};
        expect(Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]))).toEqual(
          planted.config,
        );
        expect(run?.summary).toMatchObject(planted.summary);
        if (planted.state !== "running") expect(run?.exitCode).toBe(planted.state === "finished" ? 0 : 1);
      }
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  180_000,
);

test("records of every length come back from the log's blocks", async () => {
  const folder = await mkdtemp(join(tmpdir(), "isoflop-wandb-log-"));
  try {
    const lengths = [0, 1, 32_740, 3, 7, 32_761, 5, 32_768, 70_000, 12, 32_754, 200_000, 1];
    const records = lengths.map((length, i) => Buffer.alloc(length, i + 1));
    const path = join(folder, "run-x.wandb");
    const log = openWandbLog(path);
    for (const record of records) log.append(record);
    log.close();
    const read: boolean[] = [];
    for await (const record of logRecords(path, () => expect.unreachable())) {
      read.push(records[read.length]?.equals(record) ?? false);
    }
    expect(read).toEqual(records.map(() => true));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("a project is called as W&B allows", () => {
  expect(projectName("a/b\\c #1?")).toBe("a-b-c -1-");
  expect(projectName("ünï study")).toBe("ünï study");
});
