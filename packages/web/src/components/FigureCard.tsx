import type { FigureOptions } from "@isoflop/figures";
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { locale } from "../i18n/locale.js";
import { theme } from "../state/theme.js";
import { type FigurePicking, FigureTools } from "./FigureTools.js";
import "./figureCard.css";

/** Widths that figures are drawn for, px: of a telephone, of half a window, of whole ones, each not much wider than the one before. */
const WIDTHS = [360, 440, 520, 620, 720, 840, 960] as const;
const FALLBACK_WIDTH = 720;

/** The widest that a room has place for (but for a hair), so that text is as large as the page's. */
const drawnFor = (room: number): number => WIDTHS.findLast((width) => width <= 1.03 * room) ?? WIDTHS[0];

interface FigureCardProps<Data> {
  /** Names it in addresses and files. */
  readonly name: string;
  readonly title: string;
  readonly draw: (data: Data, options: FigureOptions) => HTMLElement;
  readonly data: Data;
  readonly picking?: FigurePicking;
  /** The run under the pointer, with where that is; undefined when there is none. */
  readonly onPoint?: (run: string | undefined, event: PointerEvent) => void;
  readonly onPick?: (run: string) => void;
  /** What the reader may set of this figure alone. */
  readonly children?: ComponentChildren;
}

/** How far from a point a finger may come down that means it, px. */
const REACH = 22;
/** Larger marks are lines, which have a target of their own. */
const LARGEST_POINT = 40;

/** The run under the pointer; of a click or a touch, the one nearest to it. */
function runOf(event: MouseEvent, room: Element | null): string | undefined {
  const mark = event.target instanceof Element ? event.target.closest("[data-run]") : null;
  if (mark !== null || room === null || event.type === "pointermove")
    return mark?.getAttribute("data-run") ?? undefined;
  let [nearest, least]: [Element | undefined, number] = [undefined, REACH];
  for (const point of room.querySelectorAll("[data-run]")) {
    const { left, top, width, height } = point.getBoundingClientRect();
    if (width > LARGEST_POINT || height > LARGEST_POINT) continue;
    const distance = Math.hypot(left + width / 2 - event.clientX, top + height / 2 - event.clientY);
    if (distance <= least) [nearest, least] = [point, distance];
  }
  return nearest?.getAttribute("data-run") ?? undefined;
}

/** A figure with its downloads and its data. It is drawn when it comes near the window, for one size alone. */
export function FigureCard<Data>({
  name,
  title,
  draw,
  data,
  picking,
  onPoint,
  onPick,
  children,
}: FigureCardProps<Data>) {
  const place = useRef<HTMLDivElement>(null);
  const { near, width } = useRoom(place);
  const [shade, language] = [theme.value, locale.value];
  const options: FigureOptions = { document, theme: shade, language, interactive: true, ...picking };
  const drawn = drawnFor(width);
  const shown = [
    draw,
    data,
    shade,
    language,
    picking?.selected,
    picking?.leftOut,
    picking?.compute,
    picking?.lossUnit,
    picking?.counting,
  ];
  useEffect(() => {
    if (!near) return;
    const wanted = requestAnimationFrame(() => {
      place.current?.replaceChildren(draw(data, { ...options, widths: [drawn] }));
    });
    return () => cancelAnimationFrame(wanted);
  }, [...shown, near, drawn]);
  // Paper has no window that a figure could come near.
  useEffect(() => {
    if (near) return;
    const print = () =>
      place.current?.replaceChildren(draw(data, { ...options, theme: "light", widths: [FALLBACK_WIDTH] }));
    addEventListener("beforeprint", print);
    return () => removeEventListener("beforeprint", print);
  }, [...shown, near]);
  return (
    <section class="figure-card" id={name} aria-label={title}>
      {children}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list of runs does the same by keyboard */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: likewise */}
      <div
        class="figure-room"
        ref={place}
        onClick={(event) => {
          const run = runOf(event, place.current);
          if (run !== undefined) onPick?.(run);
        }}
        onPointerMove={(event) => onPoint?.(runOf(event, place.current), event)}
        onPointerDown={(event) => onPoint?.(runOf(event, place.current), event)}
        onPointerLeave={(event) => onPoint?.(undefined, event)}
      />
      <FigureTools name={name} title={title} draw={draw} data={data} picking={picking} />
    </section>
  );
}

/** Whether a place is near the window, and how wide it is. */
function useRoom(place: { readonly current: HTMLDivElement | null }) {
  const [room, setRoom] = useState({ near: false, width: FALLBACK_WIDTH });
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const seen = new IntersectionObserver(
      (entries) => {
        // Where the page was busy, one call has several: away at first, near at last.
        if (entries.some(({ isIntersecting }) => isIntersecting)) setRoom((now) => ({ ...now, near: true }));
      },
      { rootMargin: "800px" },
    );
    const sized = new ResizeObserver(([entry]) => {
      const width = entry?.contentRect.width ?? FALLBACK_WIDTH;
      setRoom((now) => (now.width === width ? now : { ...now, width }));
    });
    seen.observe(element);
    sized.observe(element);
    return () => {
      seen.disconnect();
      sized.disconnect();
    };
  }, [place]);
  return room;
}
