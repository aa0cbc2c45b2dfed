import { INFLUENCED, type InfluencedQuantity } from "@isoflop/figures";
import { Select } from "../../components/Select.js";
import { inLocale } from "../../i18n/locale.js";
import { chooseInfluenced } from "./influencedQuantity.js";
import { lawsTexts } from "./lawsTexts.js";

/** Which quantity the influence of single runs is shown on, among those that the procedure tells. */
export function InfluenceChoice({
  chosen,
  told,
}: {
  readonly chosen: InfluencedQuantity;
  readonly told: readonly InfluencedQuantity[];
}) {
  const t = inLocale(lawsTexts);
  return (
    <Select
      label={t.influenced}
      value={chosen}
      options={INFLUENCED.filter((quantity) => told.includes(quantity)).map((value) => ({
        value,
        text: t.quantities[value],
      }))}
      onChange={chooseInfluenced}
    />
  );
}
