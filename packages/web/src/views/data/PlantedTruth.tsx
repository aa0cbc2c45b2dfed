import { inLocale } from "../../i18n/locale.js";
import { dropTexts } from "./dropTexts.js";
import { PLANTED_NOISE, PLANTED_TRUTH } from "./planted.js";

/** What the made-up study obeys. */
export function PlantedTruth({ seed }: { readonly seed: number }) {
  const t = inLocale(dropTexts);
  const { E, A, B, alpha, beta } = PLANTED_TRUTH;
  return (
    <p class="card">
      <strong>{t.plantedTitle(`${seed}`)}. </strong>
      {t.plantedTruth(`L(N, D) = ${E} + ${A}/N^${alpha} + ${B}/D^${beta}`, `${PLANTED_NOISE}`)}
    </p>
  );
}
