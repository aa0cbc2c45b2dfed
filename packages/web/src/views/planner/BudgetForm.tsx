import { accelerators } from "@isoflop/laws";
import { Select } from "../../components/Select.js";
import { inLocale } from "../../i18n/locale.js";
import { plannerTexts } from "./plannerTexts.js";
import { CURRENCIES, WAYS } from "./state.js";
import { change, state } from "./store.js";
import { TextField } from "./TextField.js";

/** The compute, and the machine that time and cost are reckoned by. */
export function BudgetForm() {
  const t = inLocale(plannerTexts);
  const { way, accelerator, currency } = state.value;
  return (
    <fieldset class="card planner-inputs">
      <legend>{t.budget}</legend>
      <Select
        label={t.way}
        value={way}
        options={WAYS.map((value) => ({ value, text: t.ways[value] }))}
        onChange={(value) => change({ way: value })}
      />
      {way !== "cluster" && <TextField name={way} key={way} />}
      <div class="planner-pair">
        <TextField name="gpus" />
        <Select
          label={t.accelerator}
          value={accelerator}
          options={accelerators.map(({ name, peakFlopsPerSecond, precision }) => ({
            value: name,
            text: t.peak(name, `${Number((peakFlopsPerSecond / 1e12).toPrecision(4))}T`, precision),
          }))}
          onChange={(value) => change({ accelerator: value })}
        />
      </div>
      <div class="planner-pair">
        {way === "cluster" && <TextField name="days" />}
        <TextField name="mfu" />
      </div>
      <div class="planner-pair">
        <TextField name="price" />
        <Select
          label={t.currency}
          value={currency}
          options={CURRENCIES.map((value) => ({ value, text: value }))}
          onChange={(value) => change({ currency: value })}
        />
      </div>
    </fieldset>
  );
}
