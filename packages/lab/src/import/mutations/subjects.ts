import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Random } from "@isoflop/laws";
import { shippedMappings } from "../mapping/load.js";
import { damagedChunk, damagedRecord } from "./mutate.js";

/** A file that a real client wrote (or a table that people have), to be damaged, and where its reader expects it. */
export interface Subject {
  readonly name: string;
  readonly bytes: Buffer;
  /** Puts damaged bytes in their place below an empty folder; gives the path to read. */
  readonly put: (folder: string, bytes: Buffer) => string;
  /** Which reader: an import's source by its name, or the tables that `fit` takes. */
  readonly reader: string;
  /** Its records carry checksums: what is read of a damaged file was in it. */
  readonly checked?: true;
  /** Damage that its checksums do not show. */
  readonly sealed?: (bytes: Buffer, other: Buffer, random: Random) => Buffer;
  /** Reading takes a database: damaged less often. */
  readonly slow?: true;
}

/** The fixtures lie beside the sources, also when this runs compiled. */
const home = fileURLToPath(new URL("../../../src/import/", import.meta.url));
const own = (path: string): Buffer => readFileSync(join(home, path));

function file(name: string, isRun = false) {
  return (folder: string, bytes: Buffer): string => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
    return isRun ? folder : join(folder, name);
  };
}

function events(path: string): Subject {
  const name = path.slice(path.lastIndexOf("/") + 1);
  return { name, bytes: own(path), put: file(name, true), reader: "tensorboard", checked: true, sealed: damagedRecord };
}

function log(name: string): Subject {
  const path = `wandb/fixtures/offline-run-${name}/run-run-${name}.wandb`;
  const put = file(`run-run-${name}.wandb`, true);
  return { name: path, bytes: own(path), put, reader: "wandb", checked: true, sealed: damagedChunk };
}

/** Lines with every series of a program, as its mapping names them, beside settings that give N. */
function metrics(): Subject[] {
  return shippedMappings().map(({ name, series, config, files }) => {
    const named = Object.entries(series).map(([kind, names]) => [
      names[0]!.replace(/\*\d.*$/, "").replaceAll("*", "x"),
      kind,
    ]);
    const lines = Array.from({ length: 12 }, (_, i) =>
      JSON.stringify({
        [files?.step?.[0] ?? "step"]: i + 1,
        ...Object.fromEntries(named.map(([key, kind]) => [key, kind === "tokens" ? 4096 * (i + 1) : 3 + 1 / (i + 1)])),
      }),
    );
    const settings = JSON.stringify({
      [config.parameters?.[0]?.replaceAll("*", "x") ?? "n_params"]: 1_000_000,
      n_params: 1e6,
      seed: 1,
    });
    return {
      name: `metrics.jsonl of ${name}`,
      bytes: Buffer.from(`${JSON.stringify({ config: JSON.parse(settings) })}\n${lines.join("\n")}\n`),
      put: (folder: string, bytes: Buffer) => {
        writeFileSync(join(folder, "config.json"), settings);
        return file("metrics.jsonl")(folder, bytes);
      },
      reader: "metrics",
    };
  });
}

function mlflow(inner: string): Subject {
  const run = "mlflow/fixtures/mlruns/800904529504886381/cae0250e4a064492a41a2ea837365fb9";
  const parts = ["meta.yaml", "metrics/train/loss", "params/d_model", "tags/kind"];
  const whole = new Map(parts.map((part) => [part, own(join(run, part))]));
  return {
    name: `mlflow ${inner}`,
    bytes: whole.get(inner)!,
    put: (folder, bytes) => {
      for (const [part, content] of whole) file(part)(folder, part === inner ? bytes : content);
      return folder;
    },
    reader: "mlflow",
  };
}

const TABLE = Array.from({ length: 12 }, (_, i) => ({
  N: 1e6 * (i + 1),
  D: 2e7 * (i + 1),
  loss: 3.5 - i / 10,
  seed: i,
}));
const HISTORY = Array.from({ length: 12 }, (_, i) => ({
  _step: i,
  _timestamp: 1.7e9 + i,
  "val/loss": 3 + 1 / (i + 1),
  lr: 3e-4,
}));
const csv = (rows: readonly object[]): string =>
  [Object.keys(rows[0]!), ...rows.map((row) => Object.values(row))].map((cells) => `${cells.join(",")}\n`).join("");
const lines = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
const table = (name: string, bytes: string | Buffer): Subject => ({
  name: `table ${name}`,
  bytes: Buffer.from(bytes),
  put: file(name),
  reader: "table",
  slow: true,
});
const history = (name: string, bytes: string | Buffer): Subject => ({
  ...table(name, bytes),
  name: `history ${name}`,
  reader: "wandb-export",
});

/** @param parquet the table and the history as Parquet, which takes DuckDB to write */
export function mutationSubjects(parquet: { readonly table: Buffer; readonly history: Buffer }): Subject[] {
  const state = "fixtures/hugging-face/trainer_state.json";
  const chart = `"Step","a - val/loss","a - val/loss__MIN","a - val/loss__MAX"\n${HISTORY.map((_, i) => `"${i}","${4 - i / 10}","3","4"\n`).join("")}`;
  return [
    events("fixtures/torch/events.out.tfevents.1700000000.host.torch"),
    events("fixtures/tensorboardx/events.out.tfevents.1700000000.host.first"),
    events("fixtures/tensorboardx/1700000300.5/events.out.tfevents.1700000300.host"),
    events("fixtures/tensor-scalars/train/events.out.tfevents.1700000000.host.v2"),
    events("fixtures/trainer-tensorboard/events.out.tfevents.1795671920.host"),
    log("small"),
    log("failed"),
    { name: state, bytes: own(state), put: file("trainer_state.json", true), reader: "hugging-face" },
    ...metrics(),
    mlflow("meta.yaml"),
    mlflow("metrics/train/loss"),
    mlflow("params/d_model"),
    { ...table("mlflow.db", gunzipSync(own("mlflow/fixtures/mlflow.db.gz"))), reader: "mlflow-database" },
    table("t.csv", csv(TABLE)),
    table("t.tsv", csv(TABLE).replaceAll(",", "\t")),
    table("t.json", JSON.stringify(TABLE)),
    table("t.jsonl", lines(TABLE)),
    table("t.parquet", parquet.table),
    history("h.csv", csv(HISTORY)),
    history("chart.csv", chart),
    history("h.jsonl", lines(HISTORY)),
    history("h.json", JSON.stringify(HISTORY)),
    history("h.parquet", parquet.history),
  ];
}

export const TABLES = { table: csv(TABLE), history: csv(HISTORY) };
