import { parseHTML } from "linkedom";
import { type FigureOptions, standaloneSvg } from "./frame.js";
import { type PlainSvgOptions, plainSvg } from "./plainSvg.js";
import type { Spec } from "./vegaLite/spec.js";
import { vegaLite } from "./vegaLite/vegaLite.js";
import { legalXml } from "./xmlText.js";

/** An empty document for drawing figures in Node, where there is no browser. */
export function serverDocument(): Document {
  return parseHTML("<!doctype html><html><body></body></html>").document;
}

/** A figure as HTML, for pages written in Node; all text from the data is escaped. */
export function figureMarkup<Data>(
  draw: (data: Data, options: FigureOptions) => HTMLElement,
  data: Data,
  options: Omit<FigureOptions, "document"> = {},
): string {
  return legalXml(draw(data, { ...options, document: serverDocument() }).outerHTML);
}

/** A figure as one SVG file with its legend and both themes. */
export function figureSvg<Data>(
  draw: (data: Data, options: FigureOptions) => HTMLElement,
  data: Data,
  options: Omit<FigureOptions, "document"> = {},
): string {
  return standaloneSvg(draw(data, { ...options, document: serverDocument() }));
}

/** A figure as one SVG of one theme without styles, for converters; see plainSvg. */
export function figurePlainSvg<Data>(
  draw: (data: Data, options: FigureOptions) => HTMLElement,
  data: Data,
  plain: PlainSvgOptions,
  options: Omit<FigureOptions, "document"> = {},
): string {
  return plainSvg(draw(data, { ...options, document: serverDocument() }), plain);
}

/** A figure as a Vega-Lite specification with its data; see vegaLite. */
export function figureVegaLite<Data>(
  draw: (data: Data, options: FigureOptions) => HTMLElement,
  data: Data,
  theme: "light" | "dark",
  options: Omit<FigureOptions, "document"> = {},
): Spec {
  return vegaLite(draw(data, { ...options, document: serverDocument() }), theme);
}
