import type { FigureOptions } from "@isoflop/figures";
import { useEffect, useRef } from "preact/hooks";
import { theme } from "../state/theme.js";

interface FigureProps<Data> {
  readonly draw: (data: Data, options: FigureOptions) => HTMLElement;
  readonly data: Data;
  /** Widths in px, as FigureOptions has them. */
  readonly widths?: readonly number[];
}

/** A figure of @isoflop/figures: the same as in the report. */
export function Figure<Data>({ draw, data, widths = [360, 720] }: FigureProps<Data>) {
  const place = useRef<HTMLDivElement>(null);
  const shade = theme.value;
  useEffect(() => {
    place.current?.replaceChildren(draw(data, { document, widths, theme: shade }));
  }, [draw, data, widths, shade]);
  return <div class="figure-place" ref={place} />;
}
