import type { ColumnUse, ColumnUses, Field } from "@isoflop/laws/observations";
import { FIELDS } from "@isoflop/laws/observations";
import { ScrollBox } from "../../components/ScrollBox.js";
import { inLocale } from "../../i18n/locale.js";
import type { ImportOutcome } from "../../reading/importTables.js";
import { CountingForm } from "./CountingForm.js";
import { choices, choose, chooseColumn, tables } from "./importState.js";
import { mappingTexts } from "./mappingTexts.js";
import { unitKey, unitsOf, useIn } from "./unitChoices.js";

/** Values of the selects that are no column's place. */
const NONE = "none";
const DIFFERS = "differs";

/** Which column holds what: recognised by name, and changed here. */
export function ColumnForm({ outcome }: { readonly outcome: ImportOutcome }) {
  const t = inLocale(mappingTexts);
  const columns = [...new Map(tables.value.flatMap((table) => table.columns.map((c) => [c.name, c.sample]))).entries()];
  const isChanged = Object.keys(choices.value.columns).length > 0;
  return (
    <section aria-labelledby="data-mapping">
      <h2 id="data-mapping">{t.title}</h2>
      <p class="faint">{t.lead}</p>
      <ScrollBox label={t.title}>
        <table class="data-mapping">
          <thead>
            <tr>
              <th scope="col">{t.field}</th>
              <th scope="col">{t.column}</th>
              <th scope="col">{t.unit}</th>
              <th scope="col">{t.first}</th>
            </tr>
          </thead>
          <tbody>
            {FIELDS.map((field) => (
              <FieldRow key={field} field={field} columns={columns} use={useOf(field, outcome.uses)} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p>
        <button type="button" disabled={!isChanged} onClick={() => choose({ columns: {} })}>
          {t.reset}
        </button>
      </p>
      <CountingForm />
    </section>
  );
}

interface FieldRowProps {
  readonly field: Field;
  readonly columns: readonly (readonly [name: string, sample: readonly string[]])[];
  readonly use: ColumnUse | typeof DIFFERS | undefined;
}

function FieldRow({ field, columns, use }: FieldRowProps) {
  const t = inLocale(mappingTexts);
  const taken = use === DIFFERS ? undefined : use;
  const at = columns.findIndex(([name]) => name === taken?.column);
  const value = use === DIFFERS ? DIFFERS : at < 0 ? NONE : `${at}`;
  const name = t.fields[field];
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <select
          aria-label={t.columnOf(name)}
          value={value}
          onChange={({ currentTarget: { value: chosen } }) => {
            if (chosen !== DIFFERS) chooseColumn(field, chosen === NONE ? null : columns[Number(chosen)]?.[0]);
          }}
        >
          <option value={NONE}>{t.none}</option>
          {use === DIFFERS && <option value={DIFFERS}>{t.differs}</option>}
          {columns.map(([column], i) => (
            <option key={column} value={`${i}`}>
              {column}
            </option>
          ))}
        </select>
      </td>
      <td>{taken !== undefined && <UnitSelect field={field} use={taken} />}</td>
      <td class="data-sample">{columns[at]?.[1].join(" · ")}</td>
    </tr>
  );
}

function UnitSelect({ field, use }: { readonly field: Field; readonly use: ColumnUse }) {
  const t = inLocale(mappingTexts);
  const units = unitsOf(field);
  if (units.length === 0) return null;
  const key = unitKey(field, use);
  return (
    <select
      aria-label={t.unitOf(t.fields[field])}
      value={key ?? "other"}
      onChange={({ currentTarget: { value } }) => chooseColumn(field, useIn(field, use.column, value))}
    >
      {key === undefined && <option value="other">{t.factor(use.scale.toExponential())}</option>}
      {units.map((unit) => (
        <option key={unit} value={unit}>
          {t.units[unit]}
        </option>
      ))}
    </select>
  );
}

/** A field's column in every file, where it is the same in all that have one. */
function useOf(field: Field, uses: readonly ColumnUses[]): ColumnUse | typeof DIFFERS | undefined {
  const found = uses.map((of) => of[field]);
  const [first] = found;
  return found.every((use) => JSON.stringify(use) === JSON.stringify(first)) ? first : DIFFERS;
}
