import type { FigureOptions, LossValleyData, ModelMapData } from "@isoflop/figures";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Figure } from "../../components/Figure.js";
import { FigureTools } from "../../components/FigureTools.js";
import { Select } from "../../components/Select.js";
import { inLocale, locale } from "../../i18n/locale.js";
import { mapData, valleyData } from "./figuresOf.js";
import { lawName } from "./lawName.js";
import { commonUnit } from "./lossUnits.js";
import { plannerTexts } from "./plannerTexts.js";
import { AXES, MEASURES } from "./state.js";
import { budget, change, limitedPlans, plans, servedPlans, state } from "./store.js";
import { leavesOut, wholeModel } from "./wholeModel.js";

type Drawing = typeof import("./charts.js");

/** Widths that the figures are drawn for, px; only one at a time, so that they keep up with a slider. */
const NARROW = [360];
const WIDE = [600];

/** Which of the widths suits the place. */
function useWidths() {
  const place = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState<readonly number[]>();
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const observer = new ResizeObserver(() => setWidths(current.clientWidth < 480 ? NARROW : WIDE));
    observer.observe(current);
    return () => observer.disconnect();
  }, []);
  return { place, widths };
}

/** The valley around the optimum, and the map of models. */
export function Charts() {
  const t = inLocale(plannerTexts);
  const [drawing, setDrawing] = useState<Drawing>();
  useEffect(() => {
    let wanted = true;
    import("./charts.js").then((loaded) => {
      if (wanted) setDrawing(loaded);
    });
    return () => {
      wanted = false;
    };
  }, []);
  const { place, widths } = useWidths();
  const { measure, axes } = state.value;
  const { flops } = budget.value;
  const lossUnit = commonUnit(plans.value);
  const named = useMemo(
    () => plans.value.map((plan) => ({ name: lawName(plan.choice), plan })),
    [plans.value, locale.value],
  );
  const valley = useMemo(() => valleyData(named, flops), [named, flops]);
  const map = useMemo(
    () => mapData(named, flops, servedPlans.value, limitedPlans.value),
    [named, flops, servedPlans.value, limitedPlans.value],
  );
  const drawValley = useCallback(
    (data: LossValleyData, options: FigureOptions) => drawing!.lossValley(data, { ...options, measure, lossUnit }),
    [drawing, measure, lossUnit],
  );
  const drawMap = useCallback(
    (data: ModelMapData, options: FigureOptions) => drawing!.modelMap(data, { ...options, axes }),
    [drawing, axes],
  );
  return (
    <div class="planner-charts">
      <section aria-labelledby="planner-valley">
        <div class="planner-head">
          <h2 id="planner-valley">{t.valley}</h2>
          {valley.laws.length > 0 && (
            <Select
              label={t.measure}
              value={measure}
              options={MEASURES.map((value) => ({ value, text: t.measures[value] }))}
              onChange={(value) => change({ measure: value })}
            />
          )}
        </div>
        <div class="planner-chart" ref={place}>
          {valley.laws.length === 0 ? (
            <p>{t.noValley}</p>
          ) : (
            drawing && widths && <Figure draw={drawValley} data={valley} widths={widths} />
          )}
        </div>
        {valley.laws.length > 0 && <FigureTools name="loss-valley" title={t.valley} draw={drawValley} data={valley} />}
      </section>
      <section aria-labelledby="planner-map">
        <div class="planner-head">
          <h2 id="planner-map">{t.map}</h2>
          <Select
            label={t.axes}
            value={axes}
            options={AXES.map((value) => ({ value, text: t.axesNames[value] }))}
            onChange={(value) => change({ axes: value })}
          />
        </div>
        <div class="planner-chart">{drawing && widths && <Figure draw={drawMap} data={map} widths={widths} />}</div>
        {plans.value
          .filter(({ law }) => leavesOut(law))
          .map(({ law, choice }) => (
            <p class="faint" key={choice.id} data-counted={choice.id}>
              {t.mixed[wholeModel(law, choice.embeddings)?.by ?? "unknown"](lawName(choice))}
            </p>
          ))}
        <FigureTools name="model-map" title={t.map} draw={drawMap} data={map} />
      </section>
    </div>
  );
}
