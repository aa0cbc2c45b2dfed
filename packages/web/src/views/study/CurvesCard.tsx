import { formatCount, formatFlops, formatLoss } from "@isoflop/figures/scales";
import type { LiveRun } from "isoflop/api";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { inLocale } from "../../i18n/locale.js";
import { ownLaws } from "../../state/fittedLaws.js";
import { allCurves, onCurves } from "../../state/live.js";
import { studyObservations } from "../../state/observations.js";
import { createCurveLayer } from "./curveLayer.js";
import { type DrawnRun, holds, nearestRun, type Plane, planeOf } from "./curvePlane.js";
import { drawHighlight } from "./highlight.js";
import { frontierOf } from "./lawRows.js";
import { MARGIN, PlaneAxes } from "./PlaneAxes.js";
import { paletteColors } from "./paletteColors.js";
import { onlySweep } from "./progress.js";
import { runTexts } from "./runTexts.js";
import { SizeLegend } from "./SizeLegend.js";
import { useDark } from "./useDark.js";
import { useWidth } from "./useWidth.js";

interface CurvesProps {
  readonly runs: ReadonlyMap<string, LiveRun>;
  readonly chosen: string | undefined;
  readonly onOpen: (id: string) => void;
}

/** Between two drawings of everything. */
const ANEW_MS = 250;

/** All training curves, drawn as they come. */
export function CurvesCard({ runs, chosen, onOpen }: CurvesProps) {
  const t = inLocale(runTexts).curves;
  const place = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const width = useWidth(place);
  const dark = useDark();
  const height = width < 520 ? 240 : 360;
  /** Counts what cannot be drawn by going on: another range, a run cut back, another set of runs. */
  const [anew, setAnew] = useState(0);
  const [hovered, setHovered] = useState<{ readonly id: string; readonly x: number; readonly y: number }>();
  // Runs change every second, what is drawn of them does not.
  const identity = [...runs.values()].map(({ id, part, stepFlops }) => `${id} ${part} ${stepFlops}`).join();
  const drawn = useMemo(() => drawnRuns(runs), [identity, anew]);
  const room = width - MARGIN.left - MARGIN.right;
  const plane = useMemo(() => (room > 50 ? planeOf(drawn, room, height) : undefined), [drawn, room, height]);
  const layer = useRef<ReturnType<typeof createCurveLayer>>(undefined);

  useLayoutEffect(() => {
    if (base.current === null || plane === undefined) return;
    layer.current = createCurveLayer(base.current, paletteColors(base.current).ramp);
    layer.current.draw(drawn, plane);
  }, [drawn, plane, dark]);

  const known = useRef(runs);
  known.current = runs;
  useEffect(() => {
    const ids = new Set(drawn.map(({ run }) => run.id));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => {
      timer = undefined;
      setAnew((count) => count + 1);
    };
    const stop = onCurves((updates) => {
      const fine = updates.every((update) => {
        if (!ids.has(update.id)) {
          const hidden = known.current.get(update.id)?.part === "sweep" && !onlySweep(known.current);
          return hidden || update.points.length === 0;
        }
        return plane !== undefined && holds(plane, update.points) && (layer.current?.extend(update) ?? false);
      });
      // At first, curves come in parts: not all are drawn anew for each.
      if (!fine) timer ??= setTimeout(again, ANEW_MS);
    });
    return () => {
      stop();
      clearTimeout(timer);
      if (timer !== undefined) again();
    };
  }, [drawn, plane]);

  const laws = ownLaws.value;
  const fitted = (studyObservations.value?.records.length ?? 0) > 0;
  const frontier = useMemo(() => (fitted ? frontierOf(laws.map(({ fit }) => fit)) : []), [laws, fitted]);
  const shownId = hovered?.id ?? chosen;
  useLayoutEffect(() => {
    if (over.current === null || plane === undefined) return;
    const colors = paletteColors(over.current);
    const draw = () => {
      if (over.current !== null)
        drawHighlight(over.current, { runs: currentRuns(drawn), id: shownId, frontier }, plane, colors);
    };
    draw();
    return onCurves((updates) => {
      if (updates.some(({ id }) => id === shownId)) draw();
    });
  }, [drawn, plane, shownId, dark, frontier]);

  const at = (event: PointerEvent | MouseEvent, of: Plane) => {
    const box = over.current?.getBoundingClientRect();
    const [x, y] = [event.clientX - (box?.left ?? 0), event.clientY - (box?.top ?? 0)];
    return { x, y, found: nearestRun(currentRuns(drawn), of, x, y) };
  };
  const tip = hovered && runs.get(hovered.id);
  return (
    <section aria-labelledby="curves-title">
      <h2 id="curves-title">{t.title}</h2>
      <div class="curves" ref={place} style={{ height: `${height + MARGIN.top + MARGIN.bottom}px` }}>
        {plane === undefined ? (
          <p class="faint">{t.none}</p>
        ) : (
          <>
            <PlaneAxes plane={plane} xLabel={t.x} yLabel={t.y} />
            <canvas
              ref={base}
              role="img"
              aria-label={describe(drawn, t)}
              style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px`, width: `${room}px`, height: `${height}px` }}
            />
            <canvas
              ref={over}
              class="over"
              style={{ left: `${MARGIN.left}px`, top: `${MARGIN.top}px`, width: `${room}px`, height: `${height}px` }}
              onPointerMove={(event) => {
                const { x, y, found } = at(event, plane);
                setHovered(found && { id: found.run.id, x, y });
              }}
              onPointerLeave={() => setHovered(undefined)}
              onClick={(event) => {
                const { found } = at(event, plane);
                if (found !== undefined) onOpen(found.run.id);
              }}
            />
            {hovered && tip && (
              <div
                class="tip"
                style={{
                  left: `${MARGIN.left + Math.min(hovered.x, Math.max(0, room - 200))}px`,
                  top: `${MARGIN.top + (hovered.y > 80 ? hovered.y - 74 : hovered.y + 18)}px`,
                }}
              >
                <strong>{tip.name}</strong>
                <br />
                {t.tip(formatCount(tip.parameters), ...lastOf(tip))}
              </div>
            )}
          </>
        )}
      </div>
      <SizeLegend title={t.sizes} runs={drawn} frontier={frontier.length > 0 ? t.frontier : undefined} />
      <p class="faint note">{t.note}</p>
    </section>
  );
}

/** Trials of the sweep are many short runs of one size: once there are others, the table has them. */
function drawnRuns(runs: ReadonlyMap<string, LiveRun>): DrawnRun[] {
  const found: DrawnRun[] = [];
  const sweep = onlySweep(runs);
  for (const [id, curve] of allCurves()) {
    const run = runs.get(id);
    if (run !== undefined && (sweep || run.part !== "sweep") && curve.length >= 2) found.push({ run, curve });
  }
  return found.sort((a, b) => a.run.parameters - b.run.parameters);
}

/** The same runs with what has come of their curves since. */
const currentRuns = (drawn: readonly DrawnRun[]): DrawnRun[] =>
  drawn.map(({ run, curve }) => ({ run, curve: allCurves().get(run.id) ?? curve }));

function lastOf(run: LiveRun): [flops: string, loss: string] {
  const curve = allCurves().get(run.id) ?? [];
  return [
    formatFlops((curve[curve.length - 2] ?? 0) * run.stepFlops),
    formatLoss(curve[curve.length - 1] ?? Number.NaN, 4),
  ];
}

/** What can be seen, in words. */
function describe(
  drawn: readonly DrawnRun[],
  t: ReturnType<typeof inLocale<(typeof runTexts)["en"]>>["curves"],
): string {
  const [first, last] = [drawn[0], drawn.at(-1)];
  if (first === undefined || last === undefined) return t.none;
  const end = ({ curve }: DrawnRun) => curve[curve.length - 1] ?? Number.POSITIVE_INFINITY;
  const best = drawn.reduce((one, other) => (end(other) < end(one) ? other : one));
  const sizes = [formatCount(first.run.parameters), formatCount(last.run.parameters)] as const;
  const [flops, loss] = lastOf(best.run);
  return t.description(drawn.length, ...sizes, best.run.name, loss, flops);
}
