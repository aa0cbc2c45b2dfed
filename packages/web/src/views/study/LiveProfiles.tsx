import { figuresOf, formatEstimate, isoflopProfiles, profilesOf } from "@isoflop/figures";
import { useEffect, useMemo } from "preact/hooks";
import { Figure } from "../../components/Figure.js";
import { FigureTools } from "../../components/FigureTools.js";
import { inLocale } from "../../i18n/locale.js";
import { ownLaws } from "../../state/fittedLaws.js";
import type { Observed } from "../../state/observations.js";
import { address } from "../../state/route.js";
import { lawRows } from "./lawRows.js";
import { runTexts } from "./runTexts.js";

/** IsoFLOP profiles through the runs that have ended, refitted as they do: Approach 2 of Hoffmann et al. 2022. */
export function LiveProfiles({ observed }: { readonly observed: Observed }) {
  const t = inLocale(runTexts).profiles;
  const { records, names, source } = observed;
  const drawn = useMemo(() => {
    const profiles = profilesOf(records).filter(({ points }) => points.length >= 3);
    const sources = { profiles, records, names: new Map(Object.entries(names)) };
    return profiles.length === 0 ? undefined : figuresOf({ ...NOTHING_ELSE, ...sources }).isoflopProfiles;
  }, [records, names]);
  // The laws' own worker fits, here as in their view.
  useEffect(() => {
    void import("../laws/fitting.js");
  }, []);
  if (drawn === undefined) return <p class="faint">{t.waiting}</p>;
  const rows = lawRows(ownLaws.value.map(({ fit }) => fit));
  return (
    <>
      <Figure draw={isoflopProfiles} data={drawn} />
      <FigureTools name="isoflop-profiles" title={t.title} draw={isoflopProfiles} data={drawn} />
      {rows.length > 0 && (
        <dl class="facts exponents" aria-label={t.exponents}>
          {rows.map(({ approach, a, interval, warnings }) => (
            <div key={approach}>
              <dt>{t.exponent(t.approaches[approach] ?? approach)}</dt>
              <dd>
                {interval === undefined ? `${a.toFixed(3)} (${t.noInterval})` : formatEstimate(a, interval)}
                {warnings > 0 && <span class="faint"> {t.warnings(warnings)}</span>}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <p>
        {t.fitted(records.length)}{" "}
        <a href={address("laws", { study: source.kind === "served" ? source.key : undefined })}>{t.laws}</a>
      </p>
    </>
  );
}

const NOTHING_ELSE = {
  fits: [],
  holdouts: [],
  roles: new Map(),
  forecast: undefined,
  backtest: undefined,
  flopsPerToken: undefined,
} as const;
