import type { FigureOptions } from "@isoflop/figures";
import { useEffect, useRef } from "preact/hooks";
import { locale } from "../i18n/locale.js";
import { theme } from "../state/theme.js";

interface FigureProps<Data> {
  readonly draw: (data: Data, options: FigureOptions) => HTMLElement;
  readonly data: Data;
  /** Widths in px, as FigureOptions has them. */
  readonly widths?: readonly number[];
}

const WIDTHS = [360, 720] as const;

/** A figure of @isoflop/figures: the same as in the report. */
export function Figure<Data>({ draw, data, widths = WIDTHS }: FigureProps<Data>) {
  const place = useRef<HTMLDivElement>(null);
  const shade = theme.value;
  const language = locale.value;
  useEffect(() => {
    place.current?.replaceChildren(draw(data, { document, widths, theme: shade, language }));
  }, [draw, data, widths, shade, language]);
  return <div class="figure-place" ref={place} />;
}
