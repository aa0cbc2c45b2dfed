import type { DuckDBConnection } from "@duckdb/node-api";
import {
  type Cells,
  CURVE_SPAN,
  type CurveCounts,
  type CurveVerdict,
  checkNumber,
  type Field,
  isEmpty,
  judgeCurves,
  PROGRESS,
  type Progress,
  type ProgressPoint,
  pointsPerCurve,
  type RunRows,
  type RunSpan,
  SIZE_TOLERANCE,
  thinCurve,
} from "@isoflop/laws/observations";
import { quoted, rowsOf } from "./database.js";
import { type Group, POSITION, toCells } from "./group.js";
import { valueSql } from "./sqlNumber.js";

/** Rows of a large table that are looked at to find runs, and runs that are then judged: it is no curves or all curves. */
const LOOKED_AT = { rows: 20_000, runs: 64 };

const sameRun = ({ types }: Group): string =>
  types.has("seed") ? "a.id = b.id AND a.seed IS NOT DISTINCT FROM b.seed" : "a.id = b.id";
const runKey = ({ types }: Group): string => (types.has("seed") ? "id, seed" : "id");

/** Whether the rows of a group are training curves. */
export async function judgeGroup(connection: DuckDBConnection, group: Group): Promise<CurveVerdict> {
  if (!group.types.has("id")) return { why: undefined };
  const key = runKey(group);
  const stride = Math.ceil(group.rows / LOOKED_AT.rows);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE looked_at AS SELECT DISTINCT ${key} FROM ${group.view}${
      stride > 1 ? ` WHERE ${POSITION} % ${stride} = 0 ORDER BY hash(${key}) LIMIT ${LOOKED_AT.runs}` : ""
    }`,
  );
  const advances = PROGRESS.map(
    (field) =>
      `count(DISTINCT ${field}) >= 2 AND count(DISTINCT ${field}) >= 0.9 * count(${field}) AND count(${field}) FILTER (ok) >= 0.9 * count(*) FILTER (ok)`,
  );
  const spans = await rowsOf(
    connection,
    `SELECT ${[sizeRatio, ...advances].join(", ")} FROM (${seen(group, `(SELECT * FROM ${group.view} a SEMI JOIN looked_at b ON ${sameRun(group)})`)})
    GROUP BY ${key} HAVING count(*) > 1 AND bool_or(ok)`,
  );
  const tolerance = group.types.has("parameters") ? SIZE_TOLERANCE.given : SIZE_TOLERANCE.derived;
  return judgeCurves(
    spans.map(([ratio, tokens, flops, step]): RunSpan => {
      return {
        constantSize: Number(ratio ?? 1) <= tolerance,
        advances: { tokens: tokens === true, flops: flops === true, step: step === true },
      };
    }),
  );
}

/** The runs of a group of curves, in the order of their first rows: what curvesOf of @isoflop/laws finds, in SQL. */
export async function readCurves(
  connection: DuckDBConnection,
  group: Group,
  along: Progress,
  source: string,
): Promise<{
  readonly runs: readonly { readonly position: unknown; readonly run: RunRows }[];
  readonly counts: CurveCounts;
}> {
  const ok = group.types.has("trainLoss") ? "train_ok" : "ok";
  const join = `(${seen(group)}) a JOIN runs b ON ${sameRun(group)}`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE runs AS SELECT ${runKey(group)}, min(position) AS run_row, count(*) AS row_count,
      count(*) FILTER (ok AND ${along} > 0) AS loss_count, count(*) FILTER (${ok} AND ${along} > 0) AS point_count,
      max(${along}) FILTER (ok AND ${along} > 0) AS loss_at, max(${along}) FILTER (${ok} AND ${along} > 0) AS curve_end,
      ${sizeRatio} AS size_ratio, count(*) FILTER (diverged) AS diverged_count
    FROM (${seen(group)}) GROUP BY ${runKey(group)}`,
  );
  const [[count] = []] = await rowsOf(connection, "SELECT count(*) FROM runs");
  checkNumber(source, Number(count), "runs");
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ends AS SELECT b.run_row, max(position) AS loss_row
    FROM ${join} WHERE ok AND ${along} = b.loss_at GROUP BY b.run_row`,
  );
  const fields = [...group.types.keys()];
  const found = await rowsOf(
    connection,
    `SELECT runs.run_row, CAST(runs.id AS VARCHAR), row_count, loss_count, loss_at, size_ratio, diverged_count > 0, loss_row,
      ${fields.map((field) => `r.${quoted(field)}`).join(", ")}
    FROM runs LEFT JOIN ends USING (run_row) LEFT JOIN ${group.view} r ON r.${POSITION} = ends.loss_row ORDER BY runs.run_row`,
  );
  const cells = found.map((values) => toCells(fields, values.slice(8)));
  const known = (["parameters", "tokens", "flops"] as const).filter((field) => group.types.has(field));
  const isLacking = cells.some((row) => known.some((field) => isEmpty(row[field])));
  const before = isLacking ? await carried(connection, join, along, known) : new Map<number, Cells>();
  const diverged = found.some((values) => values[6] === true) ? await endsDiverged(connection, join, along) : new Set();
  const points = pointsPerCurve(found.length);
  const curves = points === 0 ? new Map() : await thinnedCurves(connection, group, join, along, points);
  const runs = found.map(([runRow, name, rows, , at, ratio, , lossRow], i) => {
    const first = Number(runRow);
    const run: RunRows = {
      name: String(name),
      rows: Number(rows),
      last: lossRow === null ? undefined : { ...before.get(first), ...filled(cells[i]!) },
      progress: Number(at ?? Number.NaN),
      sizeRatio: Number(ratio ?? 1),
      diverged: diverged.has(first),
      curve: curves.get(first) ?? [],
    };
    return { position: lossRow ?? runRow, run };
  });
  const inRuns = found.reduce((sum, [, , rows]) => sum + Number(rows), 0);
  const withLoss = found.reduce((sum, [, , , losses]) => sum + Number(losses), 0);
  return {
    runs,
    counts: {
      rows: group.rows,
      runs: found.length,
      withoutLoss: inRuns - withLoss,
      withoutRun: group.rows - inRuns,
      points,
    },
  };
}

/** The last known N, D and C of each run up to its last loss. */
async function carried(
  connection: DuckDBConnection,
  join: string,
  along: Progress,
  known: readonly Field[],
): Promise<Map<number, Cells>> {
  const last = known.map(
    (field) => `arg_max(raw_${field}, ${along}) FILTER (raw_${field} IS NOT NULL AND ${along} <= b.loss_at)`,
  );
  const rows = await rowsOf(connection, `SELECT ${["b.run_row", ...last].join(", ")} FROM ${join} GROUP BY b.run_row`);
  return new Map(rows.map(([runRow, ...values]) => [Number(runRow), filled(toCells(known, values))]));
}

/** Runs whose losses stop being finite for good. A NaN between losses only says that none was measured there. */
async function endsDiverged(connection: DuckDBConnection, join: string, along: Progress): Promise<Set<unknown>> {
  const rows = await rowsOf(
    connection,
    `SELECT b.run_row FROM ${join} WHERE diverged AND ${along} IS NOT NULL GROUP BY b.run_row HAVING min(${along}) > any_value(b.loss_at)`,
  );
  return new Set(rows.map(([runRow]) => Number(runRow)));
}

/** Curves by the position of their runs' first rows; longer ones are averaged as by thinCurve. */
async function thinnedCurves(
  connection: DuckDBConnection,
  group: Group,
  join: string,
  along: Progress,
  most: number,
): Promise<Map<number, readonly ProgressPoint[]>> {
  const [ok, loss] = group.types.has("trainLoss") ? ["train_ok", "train_loss"] : ["ok", "loss"];
  const from = `${join} WHERE ${ok} AND ${along} > 0 AND b.row_count > 1`;
  const result = await connection.stream(
    `SELECT run_row, any_value(curve_end) * exp(-avg(back)) AS progress, avg(loss), 0 AS position FROM (
        SELECT b.run_row, b.curve_end, ln(b.curve_end / ${along}) AS back, ${loss} AS loss FROM ${from} AND b.point_count > ${most}
      ) WHERE back * ${most} < ${CURVE_SPAN * most} GROUP BY run_row, CAST(floor(back * ${most} / ${CURVE_SPAN}) AS INTEGER)
    UNION ALL SELECT b.run_row, ${along}, ${loss}, position FROM ${from} AND b.point_count <= ${most}
    ORDER BY 1, 2, 4`,
  );
  const curves = new Map<number, ProgressPoint[]>();
  for await (const rows of result.yieldRowsJs()) {
    for (const [runRow, progress, value] of rows) {
      const curve = curves.get(Number(runRow)) ?? [];
      curves.set(Number(runRow), curve);
      curve.push({ progress: Number(progress), loss: Number(value) });
    }
  }
  return new Map([...curves].map(([runRow, curve]) => [runRow, thinCurve(curve, most)]));
}

const sizeRatio = "max(size) FILTER (size > 0 AND isfinite(size)) / min(size) FILTER (size > 0 AND isfinite(size))";

/** The rows that name a run, in numbers: position, id, seed, tokens, flops, step, size, losses and what they are worth. */
function seen({ view, plan, types }: Group, from = view): string {
  const value = (field: Field): string => {
    const [type, use] = [types.get(field), plan.uses[field]];
    return type === undefined || use === undefined ? "CAST(NULL AS DOUBLE)" : valueSql(field, type, use);
  };
  const place = (field: Progress) =>
    `(CASE WHEN ${value(field)} >= 0 AND isfinite(${value(field)}) THEN ${value(field)} END) AS ${field}`;
  const raw = (["parameters", "tokens", "flops"] as const).flatMap((field) =>
    types.has(field)
      ? [`${types.get(field) === "VARCHAR" ? `nullif(trim(${field}), '')` : field} AS raw_${field}`]
      : [],
  );
  const usable = (name: string) => `coalesce(${name} > 0 AND isfinite(${name}), false)`;
  const size = types.has("parameters") ? value("parameters") : `${value("flops")} / (6 * ${value("tokens")})`;
  const id = types.get("id") === "VARCHAR" ? "trim(id) <> ''" : "id IS NOT NULL";
  return `SELECT *, ${usable("loss")} AS ok, ${usable("train_loss")} AS train_ok, coalesce(NOT isfinite(loss), false) AS diverged FROM (
    SELECT ${POSITION} AS position, id, ${types.has("seed") ? "seed, " : ""}${PROGRESS.map(place).join(", ")}, ${size} AS size,
      ${value("loss")} AS loss, ${value("trainLoss")} AS train_loss${raw.length > 0 ? `, ${raw.join(", ")}` : ""}
    FROM ${from} WHERE ${id})`;
}

function filled(cells: Cells): Cells {
  return Object.fromEntries(Object.entries(cells).filter(([, cell]) => !isEmpty(cell)));
}
