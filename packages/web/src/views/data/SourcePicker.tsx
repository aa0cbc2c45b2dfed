import { useEffect, useRef, useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { ACCEPTED, pastedFile } from "../../reading/formats.js";
import { LIMITS } from "../../reading/limits.js";
import { dropTexts } from "./dropTexts.js";
import { faultText } from "./faultTexts.js";
import { broken, faults, forgetAll, imported, readFiles, reading, showPlanted } from "./importState.js";
import { focusPicker, PICKER } from "./picker.js";
import { shownCount } from "./shown.js";

const FIRST_SEED = 7;

/** The ways to give the page a table: a drop, the file picker, the clipboard, or a made-up study. */
export function SourcePicker() {
  const t = inLocale(dropTexts);
  const picker = useRef<HTMLInputElement>(null);
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState("");
  const [seed, setSeed] = useState(FIRST_SEED);
  usePaste();
  const readText = () => {
    if (text.trim() === "") return;
    readFiles([pastedFile(text)]);
    setText("");
    setPasting(false);
    focusPicker();
  };
  return (
    <section class="data-place" aria-label={t.place}>
      <p class="data-place-name" aria-hidden="true">
        {t.place}
      </p>
      <div class="data-ways">
        <button type="button" id={PICKER} class="main" onClick={() => picker.current?.click()}>
          {t.choose}
        </button>
        <input
          ref={picker}
          type="file"
          multiple
          hidden
          accept={ACCEPTED}
          onChange={({ currentTarget }) => {
            readFiles([...(currentTarget.files ?? [])]);
            currentTarget.value = "";
          }}
        />
        <button type="button" aria-expanded={pasting} onClick={() => setPasting(!pasting)}>
          {t.pasteToggle}
        </button>
        <span class="data-planted">
          <button type="button" onClick={() => showPlanted(seed, t.plantedTitle(`${seed}`))}>
            {t.planted}
          </button>
          <label class="field">
            <span>{t.seed}</span>
            <input
              type="number"
              min={0}
              max={2 ** 31 - 1}
              step={1}
              value={seed}
              onInput={({ currentTarget: { valueAsNumber, validity } }) => {
                if (validity.valid && Number.isSafeInteger(valueAsNumber)) setSeed(valueAsNumber);
              }}
            />
          </label>
        </span>
      </div>
      {pasting && (
        <div class="data-paste">
          <label>
            <span>{t.pasteLabel}</span>
            <textarea
              rows={6}
              spellcheck={false}
              value={text}
              onInput={({ currentTarget }) => setText(currentTarget.value)}
            />
          </label>
          <button type="button" disabled={text.trim() === ""} onClick={readText}>
            {t.pasteRead}
          </button>
        </div>
      )}
      <p class="faint data-small">
        {t.limits(shownCount(LIMITS.bytes / 2 ** 20), shownCount(LIMITS.rows))} {t.kept}
      </p>
      <State />
    </section>
  );
}

/** What is being read, what was, and what could not be: told by itself to whoever does not see it. */
function State() {
  const t = inLocale(dropTexts);
  const at = reading.value;
  const found = imported.value;
  return (
    <>
      <div class="data-state">
        <p role="status">
          {at !== undefined
            ? t.reading(at.name)
            : found !== undefined
              ? t.read(shownCount(found.records.length), found.title, shownCount(found.dropped.length))
              : ""}
        </p>
        {at !== undefined && (
          <>
            <progress aria-label={t.reading(at.name)} max={1} value={Math.min(1, at.share)} />
            <button
              type="button"
              onClick={() => {
                forgetAll();
                focusPicker();
              }}
            >
              {t.stop}
            </button>
          </>
        )}
      </div>
      <div role="alert" class="data-faults">
        {broken.value !== undefined && <p>{t.broken(broken.value)}</p>}
        {faults.value.map(({ name, fault }) => (
          <p key={name}>
            <strong>{t.notRead(name)}</strong> {faultText(fault)}
          </p>
        ))}
      </div>
    </>
  );
}

/** Files or text pasted anywhere but into a field. */
function usePaste(): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent): void => {
      if (event.target instanceof Element && event.target.closest("input, textarea, select") !== null) return;
      const files = [...(event.clipboardData?.files ?? [])];
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (files.length > 0) readFiles(files);
      else if (text.trim() !== "") readFiles([pastedFile(text)]);
    };
    addEventListener("paste", onPaste);
    return () => removeEventListener("paste", onPaste);
  }, []);
}
