import { figuresOf, isoflopProfiles, profilesOf } from "@isoflop/figures";
import { useMemo } from "preact/hooks";
import { Figure } from "../../components/Figure.js";
import { inLocale } from "../../i18n/locale.js";
import type { Observed } from "../../state/observations.js";
import { address } from "../../state/route.js";
import { studyTexts } from "./studyTexts.js";

/** IsoFLOP profiles through the runs that have ended, refitted as they do: Approach 2 of Hoffmann et al. 2022. */
export function LiveProfiles({ observed }: { readonly observed: Observed }) {
  const t = inLocale(studyTexts).profiles;
  const { records, names, source } = observed;
  const drawn = useMemo(() => {
    const profiles = profilesOf(records).filter(({ points }) => points.length >= 3);
    const sources = { profiles, records, names: new Map(Object.entries(names)) };
    return profiles.length === 0 ? undefined : figuresOf({ ...NOTHING_ELSE, ...sources }).isoflopProfiles;
  }, [records, names]);
  if (drawn === undefined) return <p class="faint">{t.waiting}</p>;
  return (
    <>
      <Figure draw={isoflopProfiles} data={drawn} />
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
