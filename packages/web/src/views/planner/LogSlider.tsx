import { formatCount } from "@isoflop/laws";
import { inLocale } from "../../i18n/locale.js";
import { numberOf } from "./budget.js";
import { plannerTexts } from "./plannerTexts.js";
import { changeText, state } from "./store.js";
import { TextField } from "./TextField.js";

interface LogSliderProps {
  readonly name: "served" | "unique";
  /** Powers of ten at the ends. */
  readonly decades: readonly [number, number];
  /** What the number is when it is first taken into account. */
  readonly first: string;
  /** What the box beside it says. */
  readonly label: string;
}

/** Steps of a decade. */
const STEPS = 20;

/** A number of tokens on a logarithmic scale, which may be left out of account; its exact value can be typed. */
export function LogSlider({ name, decades: [low, high], first, label }: LogSliderProps) {
  const t = inLocale(plannerTexts);
  const tokens = numberOf(state.value, name);
  const position = tokens === undefined ? 0 : Math.round((Math.log10(tokens) - low) * STEPS);
  return (
    <div class="planner-slider">
      <label class="planner-check">
        <input
          type="checkbox"
          name={`${name}-on`}
          checked={tokens !== undefined}
          onChange={({ currentTarget: { checked } }) => changeText(name, checked ? first : "")}
        />
        {label}
      </label>
      <div class="planner-slide" hidden={tokens === undefined}>
        <input
          type="range"
          name={`${name}-slider`}
          min={0}
          max={(high - low) * STEPS}
          step={1}
          value={position}
          aria-label={t.slider(t.fields[name])}
          aria-valuetext={tokens === undefined ? t.nothing : formatCount(tokens)}
          onInput={({ currentTarget: { value } }) =>
            changeText(name, formatCount(10 ** (low + Number(value) / STEPS), 2))
          }
        />
        <TextField name={name} />
      </div>
    </div>
  );
}
