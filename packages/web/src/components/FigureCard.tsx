import type { FigureOptions } from "@isoflop/figures";
import { useEffect, useRef, useState } from "preact/hooks";
import { inLocale, locale } from "../i18n/locale.js";
import { theme } from "../state/theme.js";
import { componentTexts } from "./componentTexts.js";
import { FigureData } from "./FigureData.js";
import { type FigureFormat, FORMATS, figureFile, saveBlob } from "./saveFigure.js";
import "./figureCard.css";

/** Below this the drawing for a telephone is taken, px. */
const NARROW = 600;
const FALLBACK_WIDTH = 720;

interface FigureCardProps<Data> {
  /** Names it in addresses and files. */
  readonly name: string;
  readonly title: string;
  readonly draw: (data: Data, options: FigureOptions) => HTMLElement;
  readonly data: Data;
  readonly picking?: Pick<FigureOptions, "selected" | "leftOut" | "compute">;
  /** The run under the pointer, with where that is; undefined when there is none. */
  readonly onPoint?: (run: string | undefined, event: PointerEvent) => void;
  readonly onPick?: (run: string) => void;
}

const runOf = (event: Event): string | undefined =>
  event.target instanceof Element
    ? (event.target.closest("[data-run]")?.getAttribute("data-run") ?? undefined)
    : undefined;

/** A figure with its downloads and its data. It is drawn when it comes near the window, for one size alone. */
export function FigureCard<Data>({ name, title, draw, data, picking, onPoint, onPick }: FigureCardProps<Data>) {
  const t = inLocale(componentTexts);
  const place = useRef<HTMLDivElement>(null);
  const { near, width } = useRoom(place);
  const [failure, setFailure] = useState<string>();
  const [shade, language] = [theme.value, locale.value];
  const options: FigureOptions = { document, theme: shade, language, interactive: true, ...picking };
  const narrow = width < NARROW;
  useEffect(() => {
    if (!near) return;
    const wanted = requestAnimationFrame(() => {
      place.current?.replaceChildren(draw(data, { ...options, widths: [narrow ? 360 : FALLBACK_WIDTH] }));
    });
    return () => cancelAnimationFrame(wanted);
  }, [draw, data, near, narrow, shade, language, picking?.selected, picking?.leftOut, picking?.compute]);
  const save = (format: FigureFormat): void => {
    const dark = shade === "dark" || (shade === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    setFailure(undefined);
    figureFile(format, draw, data, { document, theme: shade, language, ...picking }, dark).then(
      (blob) => saveBlob(`${name}.${format}`, blob),
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
  };
  return (
    <section class="figure-card" id={name} aria-label={title}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the list of runs does the same by keyboard */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: likewise */}
      <div
        class="figure-room"
        ref={place}
        onClick={(event) => {
          const run = runOf(event);
          if (run !== undefined) onPick?.(run);
        }}
        onPointerMove={(event) => onPoint?.(runOf(event), event)}
        onPointerDown={(event) => onPoint?.(runOf(event), event)}
        onPointerLeave={(event) => onPoint?.(undefined, event)}
      />
      <div class="figure-tools">
        <span class="faint">{t.download}</span>
        {FORMATS.map((format) => (
          <button
            type="button"
            key={format}
            aria-label={t.downloadAs(format.toUpperCase(), title)}
            onClick={() => save(format)}
          >
            {format.toUpperCase()}
          </button>
        ))}
        {failure !== undefined && <span role="alert">{t.failed(failure)}</span>}
      </div>
      <FigureData data={data} title={title} />
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
      ([entry]) => {
        if (entry?.isIntersecting) setRoom((now) => ({ ...now, near: true }));
      },
      { rootMargin: "400px" },
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
