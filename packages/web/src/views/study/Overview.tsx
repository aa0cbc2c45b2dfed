import type { StudyListing, StudyProgress } from "isoflop/api";
import { inLocale } from "../../i18n/locale.js";
import { observations, showStudy } from "../../state/observations.js";
import { progressOfAll } from "../../state/progress.js";
import { address } from "../../state/route.js";
import { overviewTexts } from "./overviewTexts.js";
import { STATUSES } from "./progress.js";
import { studyTexts } from "./studyTexts.js";
import "./overview.css";

/** All studies that the server shows, each with how far it is: a row leads to its study. */
export function Overview({ all, chosen }: { readonly all: readonly StudyListing[]; readonly chosen: string }) {
  const t = inLocale(overviewTexts);
  const known = progressOfAll.value;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be scrollable by keys
    <section class="overview" aria-label={t.title} tabIndex={0}>
      <ul>
        {all.map(({ key, name, folder }) => (
          <li key={key} data-study={key}>
            <a
              href={address("study", { study: key })}
              aria-current={key === chosen ? "true" : undefined}
              title={folder}
              onClick={() => {
                if (observations.peek()?.source.kind === "dropped") setTimeout(showStudy, 0);
              }}
            >
              {known.get(key)?.name ?? name}
            </a>
            <Far name={known.get(key)?.name ?? name} progress={known.get(key)} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Statuses that a glance at all studies is for; the others are told of the study itself. */
const TOLD: ReadonlySet<string> = new Set(["running", "paused", "failed", "diverged", "cancelled"]);

function Far({ name, progress }: { readonly name: string; readonly progress: StudyProgress | undefined }) {
  const t = inLocale(overviewTexts);
  const words = inLocale(studyTexts).statuses;
  if (progress === undefined) return <span class="faint">{t.waiting}</span>;
  const { runs, counts, share, problem } = progress;
  const ended = (counts.done ?? 0) + (counts.diverged ?? 0);
  const told = [
    t.ended(ended, runs),
    ...STATUSES.filter((status) => TOLD.has(status) && counts[status] !== undefined).map((status) =>
      t.count(words[status], counts[status] ?? 0),
    ),
  ].join(t.comma);
  return (
    <>
      <span
        class="meter"
        role="progressbar"
        aria-label={name}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
        aria-valuetext={told}
      >
        <span style={{ width: `${100 * share}%` }} />
      </span>
      <span class={(counts.failed ?? 0) > 0 ? "far trouble" : "far"}>{told}</span>
      {problem !== undefined && (
        <span class="far trouble" title={problem}>
          ⚠ {t.problem}
        </span>
      )}
    </>
  );
}
