// npm run bench -- read [rows]: how long `isoflop fit` takes to read training curves of so many rows (10 million unless
// said), and the most memory that its process ever held. The planted law must come back, and 1 GB must do.
import { spawn } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";

const MOST_MEGABYTES = 1000;
const LAW = { E: 1.7, A: 400, B: 420, alpha: 0.34, beta: 0.29 };
const RUNS = { sizes: 25, lengths: 40 };
const program = fileURLToPath(new URL("../packages/lab/bin/isoflop.js", import.meta.url));

/** Training curves of 1,000 runs: a noisy training loss in every row, a validation loss in every hundredth. */
function curves(rowsPerRun) {
  return `SELECT 'run-' || run AS run_id, params, step * 10 AS _step, CAST(tokens AS BIGINT) AS tokens,
      round(loss + 0.02 * (random() - 0.5), 5) AS "train/loss",
      CASE WHEN step % 100 = 0 OR step = ${rowsPerRun} THEN round(loss, 7) END AS "val/loss", 3e-4 AS lr
    FROM (SELECT *, ${LAW.E} + ${LAW.A} / pow(params, ${LAW.alpha}) + ${LAW.B} / pow(CAST(tokens AS BIGINT), ${LAW.beta}) AS loss FROM (
      SELECT run, step, CAST(1e7 * pow(1.3, run % ${RUNS.sizes}) AS BIGINT) AS params,
        2e8 * pow(1.15, run // ${RUNS.sizes}) * step / ${rowsPerRun} AS tokens
      FROM (SELECT i // ${rowsPerRun} AS run, i % ${rowsPerRun} + 1 AS step FROM range(${rowsPerRun * RUNS.sizes * RUNS.lengths}) t(i))))`;
}

async function generate(path, rowsPerRun) {
  const instance = await DuckDBInstance.create(":memory:", { threads: "2", memory_limit: "1GB" });
  const connection = await instance.connect();
  await connection.run(`COPY (${curves(rowsPerRun)}) TO '${path.replaceAll("'", "''")}'`);
  connection.closeSync();
  instance.closeSync();
}

/** One `isoflop fit` in a process of its own, which tells at its end what it used. */
function fitFile(path) {
  const tell = `import { writeSync } from "node:fs"; process.on("exit", () => {
    const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
    writeSync(3, JSON.stringify({ megabytes: maxRSS / 1000, cpu: (userCPUTime + systemCPUTime) / 1e6 })); });`;
  const args = ["--import", `data:text/javascript,${encodeURIComponent(tell)}`, program];
  const started = performance.now();
  const child = spawn(process.execPath, [...args, "fit", path, "--approach", "3", "--bootstrap", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit", "pipe"],
  });
  const [, out, , used] = child.stdio;
  const texts = { out: "", used: "" };
  out.on("data", (chunk) => {
    texts.out += chunk;
  });
  used.on("data", (chunk) => {
    texts.used += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("close", (code) => {
      if (code !== 0) reject(new Error(`isoflop fit ended with ${code}`));
      else
        resolve({ seconds: (performance.now() - started) / 1000, ...JSON.parse(texts.used), ...JSON.parse(texts.out) });
    });
  });
}

/** @returns {Promise<number>} exit code: 1 where the law did not come back or the memory was exceeded */
async function bench([rows = "10000000"]) {
  const runs = RUNS.sizes * RUNS.lengths;
  const rowsPerRun = Math.max(1, Math.round(Number(rows) / runs));
  const folder = await mkdtemp(join(tmpdir(), "isoflop-bench-"));
  const say = (line) => process.stdout.write(`${line}\n`);
  let failures = 0;
  try {
    say(`${(rowsPerRun * runs).toLocaleString("en-US")} rows of ${runs} training curves`);
    for (const name of ["curves.csv", "curves.parquet"]) {
      const path = join(folder, name);
      await generate(path, rowsPerRun);
      const size = (await stat(path)).size / 1e6;
      const { seconds, cpu, megabytes, observations, fits } = await fitFile(path);
      const worst = Math.max(
        ...Object.entries(LAW).map(([key, value]) => Math.abs(fits[0].parameters[key] / value - 1)),
      );
      say(
        `${name.padEnd(15)} ${size.toFixed(0).padStart(5)} MB: ${seconds.toFixed(1)} s (${cpu.toFixed(1)} s of CPU), ` +
          `peak memory ${megabytes.toFixed(0)} MB; ${observations.count} runs, planted constants within ${(100 * worst).toPrecision(2)} %`,
      );
      if (megabytes > MOST_MEGABYTES || observations.count !== runs || worst > 0.01) failures++;
      await rm(path);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return failures === 0 ? 0 : 1;
}

process.exitCode = await bench(process.argv.slice(2));
