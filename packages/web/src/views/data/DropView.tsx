import { inLocale } from "../../i18n/locale.js";
import { observations } from "../../state/observations.js";
import { address } from "../../state/route.js";
import { ColumnForm } from "./ColumnForm.js";
import { ConditionsForm } from "./ConditionsForm.js";
import { DroppedRows } from "./DroppedRows.js";
import { dropTexts } from "./dropTexts.js";
import { FilesTable } from "./FilesTable.js";
import { Findings } from "./Findings.js";
import { imported, outcome, plantedSeedOf, tables } from "./importState.js";
import { PlantedTruth } from "./PlantedTruth.js";
import { RunsTable } from "./RunsTable.js";
import { SourcePicker } from "./SourcePicker.js";
import "./data.css";

/** Files dropped into the page, the columns they are read by, and the runs they come to. */
export function DropView() {
  const t = inLocale(dropTexts);
  const found = imported.value;
  const seed = plantedSeedOf(observations.value);
  const shown = seed === undefined ? found : observations.value;
  return (
    <div class="data-view">
      <h1>{t.title}</h1>
      <p class="data-lead">{t.lead}</p>
      <SourcePicker />
      <FilesTable />
      {seed !== undefined && <PlantedTruth seed={seed} />}
      {outcome.value !== undefined && <Findings result={outcome.value.result} />}
      {shown !== undefined && (
        <>
          <RunsTable observed={shown} />
          <p class="data-next">
            <a
              href={address("laws")}
              onClick={() => {
                observations.value = shown;
              }}
            >
              {t.toLaws}
            </a>
            <a href={address("planner")}>{t.toPlanner}</a>
          </p>
        </>
      )}
      {found !== undefined && <DroppedRows dropped={found.dropped.map(({ id, reason }) => ({ row: id, reason }))} />}
      {tables.value.length > 0 && outcome.value !== undefined && (
        <>
          <ColumnForm outcome={outcome.value} />
          <ConditionsForm excluded={outcome.value.excluded} />
        </>
      )}
    </div>
  );
}
