import type { CountingConvention } from "../record.js";
import { isEmpty } from "./cells.js";
import { type Collector, collector, type Dropped } from "./collect.js";
import { type ColumnPlan, mapColumns, namesKind } from "./columns.js";
import type { CountedRecord } from "./counts.js";
import type { Cells, ColumnChoices, ColumnUse, ColumnUses, Field } from "./fields.js";
import { type CurveRow, curvesOf, rowsByRun, spanOf } from "./groupRuns.js";
import { checkNumber } from "./limit.js";
import { checkLossUnits } from "./lossUnits.js";
import { asCheckpoint, checkpointNotices, curveNotices, judgeCurves, sharedNameNotice, toRunRecord } from "./runs.js";
import { toRecord } from "./toRecord.js";

/** A table in memory, however it is kept. */
export interface Table {
  /** What messages call it. */
  readonly source: string;
  readonly columns: readonly string[];
  /** Numbers of the rows to take, counted from 1, ascending. */
  readonly rows: readonly number[];
  readonly cell: (row: number, column: string) => unknown;
}

/** What tables come to. */
export interface TablesObservations<Label> {
  readonly records: readonly CountedRecord[];
  /** Rows that no fit may see, and why. */
  readonly dropped: readonly Dropped<Label>[];
  readonly convention: CountingConvention;
  readonly derived?: string;
  /** Unit of the losses where it is not nats per token. */
  readonly lossUnit?: NonNullable<ColumnUse["unit"]>;
  /** Which columns were taken, one line for each kind of table. */
  readonly columns: readonly string[];
  readonly notices: readonly string[];
}

interface Planned {
  readonly table: Table;
  readonly plan: ColumnPlan;
}

/**
 * Records of the rows of tables, as every fit takes them. Tables whose useful columns are the same are one, in which a run
 * may stretch over several; of several tables with steps and no column for the run each is one run.
 * @param label how a row is called where it is dropped, and by itself where nothing names it
 * @param choicesOf what the reader chose for a table's columns
 * @throws IsoflopError "columns-missing", "columns-unknown", "columns-syntax", "mixed-units", "too-many-rows"
 */
export function observationsOfTables<Label extends number | string>(
  tables: readonly Table[],
  label: (table: Table, row: number) => Label,
  choicesOf: (table: Table) => ColumnChoices,
  checkpoints: boolean,
): TablesObservations<Label> {
  const planned = tables.map((table): Planned => {
    const isText = (column: string) => holdsWords(table.rows.slice(0, 100).map((row) => table.cell(row, column)));
    return { table, plan: mapColumns(table.columns, choicesOf(table), table.source, isText) };
  });
  checkLossUnits(planned.map(({ table, plan }) => ({ source: table.source, uses: plan.uses })));
  const groups = new Map<string, Planned[]>();
  for (const one of planned) {
    const key = JSON.stringify(one.plan.uses);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const collected = collector<Label>();
  const notices: string[] = [];
  for (const group of groups.values()) {
    notices.push(...group[0]!.plan.notices);
    const choices = choicesOf(group[0]!.table);
    notices.push(...addGroup(group, { label, choices, checkpoints, several: tables.length > 1 }, collected));
  }
  const { doubts, ...found } = collected.finish([...groups.values()].map(([first]) => first!.plan.uses));
  const lossUnit = planned[0]?.plan.uses.loss?.unit;
  return {
    ...found,
    ...(lossUnit === undefined ? {} : { lossUnit }),
    columns: [...new Set(planned.map(({ plan }) => plan.columns))],
    notices: [...new Set([...notices, ...doubts])],
  };
}

interface GroupOptions<Label> {
  readonly label: (table: Table, row: number) => Label;
  readonly choices: ColumnChoices;
  readonly checkpoints: boolean;
  readonly several: boolean;
}

/** Adds the rows of tables with the same columns, or the runs whose curves they are; says what was decided. */
function addGroup<Label extends number | string>(
  group: readonly Planned[],
  { label, choices, checkpoints, several }: GroupOptions<Label>,
  collected: Collector<Label>,
): string[] {
  const [first, ...others] = group;
  const { plan, table } = first!;
  const { uses } = plan;
  const source = others.length === 0 ? table.source : `${table.source} and ${others.length} more`;
  const fileIsRun = several && uses.id === undefined && uses.step !== undefined;
  const named = fileIsRun || uses.id !== undefined;
  const labels: Label[] = [];
  const rows = group.flatMap(({ table: member }) =>
    member.rows.map((number): CurveRow => {
      const cells = cellsOf(member, number, uses);
      return {
        row: labels.push(label(member, number)) - 1,
        cells: fileIsRun ? { ...cells, id: member.source } : cells,
      };
    }),
  );
  const spans = named
    ? [...rowsByRun(rows).values()].map((of) => spanOf(of, uses)).filter((span) => span !== undefined)
    : [];
  const verdict = judgeCurves(spans);
  const areCurves = "progress" in verdict && !(namesKind(uses, choices) && uses.step === undefined);
  if (areCurves && !checkpoints) {
    const { runs, counts } = curvesOf(rows, uses, verdict.progress);
    checkNumber(source, runs.length, "runs");
    for (const { row, run } of runs) collected.add(labels[row]!, toRunRecord(run, uses), true);
    return curveNotices(source, uses, verdict.progress, counts);
  }
  const taken = areCurves ? rows.filter(({ cells }) => hasLoss(cells)) : rows;
  checkNumber(source, taken.length, "rows");
  for (const { row, cells } of taken) {
    const name = labels[row]!;
    const parsed = areCurves ? asCheckpoint(cells, name, uses) : toRecord(cells, uses, String(name));
    collected.add(name, parsed, named);
  }
  return areCurves
    ? checkpointNotices(source, uses, rows.length, rows.length - taken.length)
    : sharedNameNotice(source, uses, verdict);
}

const hasLoss = ({ loss }: Cells): boolean => !isEmpty(loss) && !/^nan$/i.test(String(loss).trim());

/** The cells of use of one row. */
function cellsOf(table: Table, row: number, uses: ColumnUses): Cells {
  const cells: Partial<Record<Field, unknown>> = {};
  for (const [field, use] of Object.entries(uses)) cells[field as Field] = table.cell(row, use.column);
  return cells;
}

/** Whether the cells are words, and no quantities. */
export function holdsWords(cells: readonly unknown[]): boolean {
  const texts = cells.filter((cell): cell is string => typeof cell === "string" && cell.trim() !== "");
  return texts.length > 0 && texts.every((text) => /^[^\d.+-]/.test(text.trim()));
}
