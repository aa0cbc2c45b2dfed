import { formatCount, formatLoss } from "@isoflop/figures/scales";
import type { LiveRun } from "isoflop/api";
import { useRef } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import type { Curve } from "../../state/liveStore.js";
import { planeOf, xOf, yOf } from "./curvePlane.js";
import { MARGIN, PlaneAxes } from "./PlaneAxes.js";
import { runTexts } from "./runTexts.js";
import { useWidth } from "./useWidth.js";

const HEIGHT = 180;

interface RunCurveProps {
  readonly run: LiveRun;
  readonly curve: Curve;
  readonly validation: Curve;
}

/** Losses of one run over its steps, as logged. */
export function RunCurve({ run, curve, validation }: RunCurveProps) {
  const t = inLocale(runTexts).panel;
  const axes = inLocale(runTexts).curves;
  const place = useRef<HTMLDivElement>(null);
  const room = useWidth(place) - MARGIN.left - MARGIN.right;
  // Over steps: one FLOP a step.
  const own = { run: { ...run, stepFlops: 1 }, curve: [...curve, ...validation] };
  const plane = room > 50 ? planeOf([own], room, HEIGHT) : undefined;
  const points = (from: Curve): string => {
    const places: string[] = [];
    for (let i = 0; plane !== undefined && i < from.length; i += 2) {
      places.push(`${xOf(plane, from[i] ?? 1).toFixed(1)},${yOf(plane, from[i + 1] ?? 1).toFixed(1)}`);
    }
    return places.join(" ");
  };
  return (
    <div class="run-curve" ref={place} style={{ minHeight: `${HEIGHT + MARGIN.top + MARGIN.bottom}px` }}>
      {plane === undefined ? (
        <p class="faint">{axes.none}</p>
      ) : (
        <>
          <PlaneAxes
            plane={plane}
            xLabel={run.part === "imported" ? t.tokens : t.steps}
            yLabel={axes.y}
            format={formatCount}
          />
          <svg
            class="line"
            role="img"
            aria-label={t.curve(run.name, curve.length / 2, formatLoss(curve[curve.length - 1] ?? Number.NaN, 4))}
            style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px` }}
            width={room}
            height={HEIGHT}
          >
            <polyline class="training" points={points(curve)} />
            {validation.length > 2 && <polyline class="validation" points={points(validation)} />}
          </svg>
          {validation.length > 2 && (
            <p class="legend">
              <span>
                <span class="stroke training" aria-hidden="true" />
                {t.trainingLoss}
              </span>
              <span>
                <span class="stroke validation" aria-hidden="true" />
                {t.validationLoss}
              </span>
            </p>
          )}
        </>
      )}
    </div>
  );
}
