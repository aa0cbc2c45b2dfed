import { formatCount, formatFlops } from "@isoflop/figures/scales";
import type { LiveRun, RunStatus } from "isoflop/api";
import { useState } from "preact/hooks";
import { Select } from "../../components/Select.js";
import { inLocale } from "../../i18n/locale.js";
import { route, setParams } from "../../state/route.js";
import { durationOf, fractionOf, onlySweep, STATUSES } from "./progress.js";
import { placeText } from "./queuePlace.js";
import {
  COLUMNS,
  type Column,
  filterRuns,
  nextSorting,
  pageOf,
  parseSorting,
  sortingText,
  sortRuns,
} from "./runRows.js";
import { Status } from "./Status.js";
import { studyTexts } from "./studyTexts.js";

const TEXT_COLUMNS: ReadonlySet<Column> = new Set(["name", "status"]);

interface TableProps {
  readonly runs: ReadonlyMap<string, LiveRun>;
  readonly chosen: string | undefined;
  readonly onOpen: (id: string) => void;
}

/** Every run, a page of them at a time: thousands stay smooth. */
export function RunsTable({ runs, chosen, onOpen }: TableProps) {
  const t = inLocale(studyTexts);
  const { params } = route.value;
  const status = STATUSES.find((one) => one === params.get("status"));
  const text = params.get("q") ?? "";
  const sweep = params.get("sweep") === "1" || onlySweep(runs);
  const sorting = parseSorting(params.get("sort"));
  const [wanted, setWanted] = useState(1);
  const found = sortRuns(filterRuns(runs.values(), { status, text, sweep }), sorting);
  const { page, pages, first, rows } = pageOf(found, wanted);
  const change = (changes: Readonly<Record<string, string | undefined>>) => {
    setParams(changes);
    setWanted(1);
  };
  const anySweep = !onlySweep(runs) && [...runs.values()].some(({ part }) => part === "sweep");
  return (
    <section aria-labelledby="runs-title">
      <h2 id="runs-title">{t.table.title}</h2>
      <div class="filters">
        <Select<RunStatus | "">
          label={t.table.filterStatus}
          value={status ?? ""}
          options={[
            { value: "", text: t.table.every },
            ...STATUSES.map((value) => ({ value, text: t.statuses[value] })),
          ]}
          onChange={(value) => change({ status: value === "" ? undefined : value })}
        />
        <label class="field">
          <span>{t.table.filterText}</span>
          <input
            type="search"
            value={text}
            onInput={(event) => change({ q: event.currentTarget.value === "" ? undefined : event.currentTarget.value })}
          />
        </label>
        {anySweep && (
          <label class="field">
            <input
              type="checkbox"
              checked={sweep}
              onChange={(event) => change({ sweep: event.currentTarget.checked ? "1" : undefined })}
            />
            {t.table.sweep}
          </label>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways must be scrollable by keys */}
      <section class="scroll runs" tabIndex={0} aria-label={t.table.caption}>
        <table>
          <thead>
            <tr>
              {COLUMNS.map((column) => {
                const own = sorting.column === column;
                return (
                  <th
                    key={column}
                    scope="col"
                    class={TEXT_COLUMNS.has(column) ? undefined : "number"}
                    aria-sort={own ? (sorting.descending ? "descending" : "ascending") : undefined}
                  >
                    <button type="button" onClick={() => change({ sort: sortingText(nextSorting(sorting, column)) })}>
                      {t.table.columns[column]}
                      <span aria-hidden="true">{own ? (sorting.descending ? "▼" : "▲") : "↕"}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {rows.map((run) => (
              <Row key={run.id} run={run} chosen={run.id === chosen} onOpen={onOpen} />
            ))}
          </tbody>
        </table>
      </section>
      <div class="pages">
        <span>
          {found.length === 0 ? t.table.nothing : t.table.shown(first + 1, first + rows.length, found.length)}
        </span>
        {pages > 1 && (
          <>
            <button type="button" disabled={page === 1} onClick={() => setWanted(page - 1)}>
              {t.table.earlier}
            </button>
            <button type="button" disabled={page === pages} onClick={() => setWanted(page + 1)}>
              {t.table.later}
            </button>
          </>
        )}
      </div>
    </section>
  );
}

interface RowProps {
  readonly run: LiveRun;
  readonly chosen: boolean;
  readonly onOpen: (id: string) => void;
}

function Row({ run, chosen, onOpen }: RowProps) {
  const t = inLocale(studyTexts);
  const kind = run.part === "sweep" ? t.table.sweepTrial : run.role === "fit" ? undefined : t.table.heldOut;
  return (
    <tr class={chosen ? "chosen" : undefined}>
      <th scope="row">
        <button type="button" class="link" aria-pressed={chosen} onClick={() => onOpen(run.id)}>
          {run.name}
        </button>
        {kind !== undefined && <span class="tag">{kind}</span>}
      </th>
      <td>
        <Status status={run.status} />
        {run.slurm !== undefined && <small class="place">{placeText(run.slurm)}</small>}
      </td>
      <td class="number">{run.budget === undefined ? "–" : formatFlops(run.budget)}</td>
      <td class="number">{formatCount(run.parameters)}</td>
      <td class="number">{formatCount(run.tokens)}</td>
      <td class="number steps">
        <span class="meter" aria-hidden="true">
          <span style={{ width: `${100 * fractionOf(run)}%` }} />
        </span>
        <span>{run.part === "imported" ? "–" : `${run.step}/${run.steps}`}</span>
      </td>
      <td class="number">{run.trainLoss?.toFixed(4) ?? "–"}</td>
      <td class="number">{run.validationLoss?.toFixed(4) ?? "–"}</td>
      <td class="number">{run.wallSeconds === undefined ? "–" : t.duration(durationOf(run.wallSeconds))}</td>
      <td class="number">{run.failures}</td>
    </tr>
  );
}
