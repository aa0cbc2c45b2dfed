import { publishedLaws } from "@isoflop/laws";
import { useState } from "preact/hooks";
import { Select } from "../../components/Select.js";
import { inLocale, locale } from "../../i18n/locale.js";
import { titleOf } from "../../i18n/publishedLaws.js";
import { CountingControls, CountingSentence } from "./CountingControls.js";
import { CURVES, isBudget, LOSSES, PROCEDURES, parseDelta, RESAMPLES, UNITS } from "./lawsState.js";
import { change, lawsState } from "./lawsStore.js";
import { lawsTexts } from "./lawsTexts.js";

/** How the laws are fitted and told. */
export function Controls() {
  const t = inLocale(lawsTexts);
  const state = lawsState.value;
  return (
    <form class="laws-controls" aria-label={t.controls} onSubmit={(event) => event.preventDefault()}>
      <Select
        label={t.procedure}
        value={state.procedure}
        options={PROCEDURES.map((value) => ({ value, text: t.procedures[value] ?? value }))}
        onChange={(procedure) => change({ procedure })}
      />
      <Select
        label={t.loss}
        value={state.loss}
        options={LOSSES.map((value) => ({ value, text: t.losses[value] ?? value }))}
        onChange={(loss) => change({ loss })}
      />
      {state.loss === "huber" && (
        <TextInput
          label={t.delta}
          value={String(state.delta)}
          valid={(text) => parseDelta(text) !== undefined}
          onChange={(text) => change({ delta: parseDelta(text) ?? state.delta })}
        />
      )}
      <Select
        label={t.curve}
        value={state.curve}
        options={CURVES.map((value) => ({ value, text: t.curves[value] ?? value }))}
        onChange={(curve) => change({ curve })}
      />
      <Select
        label={t.resamples}
        value={String(state.resamples)}
        options={RESAMPLES.map((value) => ({ value: String(value), text: String(value) }))}
        onChange={(value) => change({ resamples: Number(value) })}
      />
      <Select
        label={t.compute}
        value={state.compute}
        options={UNITS.map((value) => ({ value, text: value }))}
        onChange={(compute) => change({ compute })}
      />
      <CountingControls />
      <TextInput
        label={t.at}
        value={state.at}
        valid={(text) => text === "" || isBudget(text)}
        onChange={(at) => change({ at })}
      />
      <details class="laws-compare">
        <summary>{t.compare}</summary>
        <fieldset>
          <legend>{t.compare}</legend>
          {publishedLaws.map(({ name, title }) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={state.compare.includes(name)}
                onChange={(event) =>
                  change({
                    compare: event.currentTarget.checked
                      ? [...state.compare, name]
                      : state.compare.filter((one) => one !== name),
                  })
                }
              />
              {titleOf({ name, title }, locale.value)} <code>{name}</code>
            </label>
          ))}
        </fieldset>
      </details>
      <CountingSentence />
    </form>
  );
}

interface TextInputProps {
  readonly label: string;
  readonly value: string;
  readonly valid: (text: string) => boolean;
  readonly onChange: (text: string) => void;
}

/** A text that is taken when it can be read. */
function TextInput({ label, value, valid, onChange }: TextInputProps) {
  const t = inLocale(lawsTexts);
  const [typed, setTyped] = useState<string>();
  const text = typed ?? value;
  const wrong = !valid(text);
  return (
    <label class="field">
      <span>{label}</span>
      <input
        size={9}
        value={text}
        aria-invalid={wrong}
        onInput={(event) => {
          const now = event.currentTarget.value.trim();
          setTyped(now);
          if (valid(now)) onChange(now);
        }}
        onBlur={() => !wrong && setTyped(undefined)}
      />
      {wrong && <span role="alert">{t.wrong}</span>}
    </label>
  );
}
