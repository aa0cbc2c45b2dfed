import { widestSvg } from "./frame.js";
import { background, plainColors } from "./palette.js";
import { outlineHalos, type TextOutline } from "./textHalo.js";
import { legalXml } from "./xmlText.js";

export interface PlainSvgOptions {
  readonly theme: "light" | "dark";
  readonly fontFamily: string;
  /** Outlines of texts, where halos (paint-order: stroke) are to be drawn as paths, for what knows no paint-order. */
  readonly outline?: TextOutline;
}

/**
 * The figure's widest SVG, of one theme, for what knows neither style sheets nor CSS variables (PDF, most converters): colours and
 * font are plain attributes, and the background is a rectangle. Changes the figure that it is given.
 * @throws RangeError when the figure holds no SVG (it was not made by this package)
 */
export function plainSvg(figure: HTMLElement, { theme, fontFamily, outline }: PlainSvgOptions): string {
  const svg = widestSvg(figure);
  const plain = plainColors(theme);
  for (const element of [svg, ...svg.querySelectorAll("*")]) {
    for (const name of ["fill", "stroke", "color"]) {
      const value = element.getAttribute(name);
      if (value !== null) element.setAttribute(name, plain(value));
    }
  }
  for (const style of svg.querySelectorAll("style")) style.remove();
  if (outline !== undefined) outlineHalos(svg, outline);
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("font-family", fontFamily);
  const ground = svg.ownerDocument.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const name of ["width", "height"]) ground.setAttribute(name, svg.getAttribute(name)!);
  ground.setAttribute("fill", plain(background));
  svg.prepend(ground);
  return legalXml(svg.outerHTML);
}
