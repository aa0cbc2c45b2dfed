import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { type Observed, observations } from "../../state/observations.js";
import { runTexts } from "./runTexts.js";

/** The place of the profiles. Figures and fits are fetched when there is something to fit. */
export function ProfilesCard() {
  const t = inLocale(runTexts).profiles;
  const [Profiles, setProfiles] = useState<ComponentType<{ readonly observed: Observed }>>();
  const observed = observations.value;
  const wanted = (observed?.records.length ?? 0) >= 3;
  useEffect(() => {
    if (wanted) void import("./LiveProfiles.js").then(({ LiveProfiles }) => setProfiles(() => LiveProfiles));
  }, [wanted]);
  return (
    <section class="profiles" aria-labelledby="profiles-title">
      <h2 id="profiles-title">{t.title}</h2>
      {observed !== undefined && Profiles !== undefined ? (
        <Profiles observed={observed} />
      ) : (
        <p class="faint">{t.waiting}</p>
      )}
    </section>
  );
}
