import { element } from "./legend.js";

/** A text as a path from the origin of its base line, and how far it goes; in units of the font's size, y downwards. */
export type TextOutline = (text: string, bold: boolean) => { readonly path: string; readonly advance: number };

/**
 * Draws the halos of texts as outlines behind them. The texts stay texts, each once: a second one with a stroke would be found
 * and copied twice. Changes the SVG that it is given.
 */
export function outlineHalos(svg: Element, outline: TextOutline): void {
  for (const group of svg.querySelectorAll('[paint-order="stroke"]')) {
    for (const text of group.localName === "text" ? [group] : group.querySelectorAll("text")) {
      text.before(haloOf(text, outline));
      text.setAttribute("stroke", "none");
    }
  }
}

function haloOf(text: Element, outline: TextOutline): Element {
  const size = Number(inherited(text, "font-size"));
  const { path, advance } = outline(text.textContent ?? "", Number(inherited(text, "font-weight") ?? 400) >= 600);
  const anchor = inherited(text, "text-anchor");
  const before = anchor === "middle" ? advance / 2 : anchor === "end" ? advance : 0;
  const x = lengthOf(text, "x", size) + lengthOf(text, "dx", size) - before * size;
  const y = lengthOf(text, "y", size) + lengthOf(text, "dy", size);
  return element(text.ownerDocument, "path", {
    d: path,
    transform: `${text.getAttribute("transform") ?? ""} translate(${x},${y}) scale(${size})`.trim(),
    "stroke-width": Number(inherited(text, "stroke-width") ?? 1) / size,
  });
}

function inherited(of: Element, name: string): string | undefined {
  for (let at: Element | null = of; at !== null; at = at.parentElement) {
    const value = at.getAttribute(name);
    if (value !== null) return value;
  }
  return undefined;
}

/** A length in px or em. */
function lengthOf(of: Element, name: string, size: number): number {
  const value = of.getAttribute(name) ?? "0";
  return value.endsWith("em") ? Number(value.slice(0, -2)) * size : Number(value);
}
