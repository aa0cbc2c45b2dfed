import type { CountingConvention } from "@isoflop/laws";
import { Select } from "../../components/Select.js";
import { inLocale } from "../../i18n/locale.js";
import { choices, choose, counting, imported } from "./importState.js";
import { mappingTexts } from "./mappingTexts.js";

const PARAMETERS = ["total", "non-embedding", "given"] as const;
const FLOPS = ["6N", "kaplan", "hoffmann", "given"] as const;

/** How N and C were counted, which a table does not say of itself; and whether checkpoints count. */
export function CountingForm() {
  const t = inLocale(mappingTexts);
  const convention: CountingConvention = imported.value?.convention ?? { parameters: "given", flops: "given" };
  return (
    <fieldset class="data-counting">
      <legend>{t.counting}</legend>
      <Select
        label={t.countsN}
        value={convention.parameters}
        options={PARAMETERS.map((value) => ({ value, text: t.parameters[value] }))}
        onChange={(parameters) => {
          counting.value = { ...counting.value, parameters };
        }}
      />
      <Select
        label={t.countsC}
        value={convention.flops}
        options={FLOPS.map((value) => ({ value, text: t.flops[value] }))}
        onChange={(flops) => {
          counting.value = { ...counting.value, flops };
        }}
      />
      <label class="data-check">
        <input
          type="checkbox"
          checked={choices.value.checkpoints}
          onChange={({ currentTarget: { checked } }) => choose({ checkpoints: checked })}
        />
        <span>{t.checkpoints}</span>
      </label>
    </fieldset>
  );
}
