import { publishedLaws } from "@isoflop/laws";
import { Select } from "../../components/Select.js";
import { inLocale } from "../../i18n/locale.js";
import { chosenStudy } from "../../state/studies.js";
import { counted, counting } from "./counted.js";
import { countingTexts } from "./countingTexts.js";
import { change, lawsState } from "./lawsStore.js";

/** What N and C count: to be switched where every run is known by several counts. */
export function CountingControls() {
  const t = inLocale(countingTexts);
  const found = counting.value;
  if (found === undefined) return null;
  const { now, choices } = found;
  const { own, parameters, flops } = choices;
  const told = (count: string, isOwn: boolean): string => (isOwn ? t.own(count) : count);
  return (
    <>
      {parameters.length > 1 && (
        <Select
          label={t.parameters}
          value={now.parameters}
          options={parameters.map((value) => ({ value, text: told(t.sizes[value], value === own.parameters) }))}
          onChange={(value) => change({ parameters: value === own.parameters ? "" : value })}
        />
      )}
      {flops.length > 1 && (
        <Select
          label={t.flops}
          value={now.flops}
          options={flops.map((value) => ({ value, text: told(t.computes[value], value === own.flops) }))}
          onChange={(value) => change({ flops: value === own.flops ? "" : value })}
        />
      )}
    </>
  );
}

/** Which convention holds, in a sentence, and why there is no other. */
export function CountingSentence() {
  const t = inLocale(countingTexts);
  const [found, observed] = [counting.value, counted.value];
  if (found === undefined || observed === undefined) return null;
  const { now, choices } = found;
  const from = observed.source.kind === "dropped" ? "dropped" : (chosenStudy.value?.kind ?? "study");
  const otherSize = { total: "non-embedding", "non-embedding": "total", given: undefined } as const;
  const other = otherSize[now.parameters];
  const published = publishedLaws
    .filter(({ name, convention }) => lawsState.value.compare.includes(name) && convention.parameters === other)
    .map(({ name }) => name);
  const regrouped = now.flops !== choices.own.flops && observed.records.some(({ budget }) => budget !== undefined);
  return (
    <p class="faint laws-counting" aria-live="polite" data-parameters={now.parameters} data-flops={now.flops}>
      {[
        t.holds(t.meaning.sizes[now.parameters], t.meaning.computes[now.flops]),
        ...(regrouped ? [t.budgets] : []),
        ...(other !== undefined && published.length > 0 ? [t.published(published.join(", "), t.sizes[other])] : []),
        ...(choices.parameters.length === 1 ? [t.oneSize[from]] : []),
        ...(choices.flops.length === 1 ? [t.oneCompute] : []),
      ].join(" ")}
    </p>
  );
}

/** The same in a few words, where it is not the usual one: for the head of a table. */
export function CountedAs() {
  const t = inLocale(countingTexts);
  const now = counting.value?.now;
  if (now === undefined) return null;
  const counts = [
    ...(now.parameters === "non-embedding" ? [t.shortSize] : []),
    ...(now.flops === "kaplan" || now.flops === "hoffmann" ? [t.shortCompute[now.flops]] : []),
  ];
  return counts.length === 0 ? null : <small class="faint">{t.short(counts.join("; "))}</small>;
}
