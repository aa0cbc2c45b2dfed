import { background, faintInk, ink } from "./palette.js";

/** How a legend entry looks: as its mark does in the figure. */
export type LegendMark =
  | "line"
  | "thick-line"
  | "dashes"
  | "dots"
  | "dash-dot"
  | "dot"
  | "ring"
  | "diamond"
  | "square"
  | "band"
  | "crossed";

export interface LegendEntry {
  readonly label: string;
  readonly mark: LegendMark;
  readonly color: string;
  /** Not in the figure yet: its room is kept, so that nothing moves when it comes. */
  readonly reserved?: boolean;
}

/** Entries under one heading ("Budget, FLOPs"), kept together and wrapped as words are. */
export interface LegendGroup {
  readonly heading?: string;
  readonly entries: readonly LegendEntry[];
}

const svg = "http://www.w3.org/2000/svg";
const swatch = 18;
const gap = 5;
const spacing = 14;

/** Kana, ideographs, CJK punctuation and full-width forms: one em each. */
const FULL_WIDTH = /[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6]/;

/** Width of text in px, estimated: no layout engine is at hand in Node. A little generous, so that nothing collides. */
export function textWidth(text: string, fontSize: number): number {
  let units = 0;
  for (const character of text) {
    if (/[ilI.,:;'’|()⁻⁰¹²³⁴⁵⁶⁷⁸⁹]/.test(character)) units += 0.36;
    else if (FULL_WIDTH.test(character)) units += 1;
    else if (/[mwMW@—]/.test(character)) units += 0.88;
    else if (/[A-Z×=–+−]/.test(character)) units += 0.68;
    else if (/[\u3000-\u9fff\uff00-\uff60]/.test(character)) units += 1;
    else units += 0.57;
  }
  return units * fontSize;
}

/** An SVG element with attributes. */
export function element(
  document: Document,
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): Element {
  const node = document.createElementNS(svg, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
  return node;
}

/** Path of a diamond of radius r around (x, y), as Plot's symbol "diamond2" but with straight proportions. */
function diamond(x: number, y: number, r: number): string {
  return `M${x - r},${y}L${x},${y - r}L${x + r},${y}L${x},${y + r}Z`;
}

function drawMark(document: Document, entry: LegendEntry, x: number, y: number): Element {
  const { color } = entry;
  const middle = x + swatch / 2;
  switch (entry.mark) {
    case "line":
    case "thick-line":
    case "dashes":
    case "dots":
    case "dash-dot":
      return element(document, "path", {
        d: `M${x},${y}H${x + swatch}`,
        stroke: color,
        "stroke-width": entry.mark === "thick-line" ? 3 : 2,
        fill: "none",
        ...(entry.mark === "dashes" ? { "stroke-dasharray": "5 3" } : {}),
        ...(entry.mark === "dots" ? { "stroke-dasharray": "1.5 3" } : {}),
        ...(entry.mark === "dash-dot" ? { "stroke-dasharray": "7 3 1.5 3" } : {}),
      });
    case "dot":
      return element(document, "circle", { cx: middle, cy: y, r: 4, fill: color, stroke: "none" });
    case "ring":
      return element(document, "circle", {
        cx: middle,
        cy: y,
        r: 4,
        fill: background,
        stroke: color,
        "stroke-width": 1.75,
      });
    case "crossed": {
      const both = element(document, "g", { stroke: color, "stroke-width": 1.5, fill: background });
      both.append(
        element(document, "circle", { cx: middle, cy: y, r: 4 }),
        element(document, "path", {
          d: `M${middle - 5},${y - 5}L${middle + 5},${y + 5}M${middle + 5},${y - 5}L${middle - 5},${y + 5}`,
        }),
      );
      return both;
    }
    case "diamond":
      return element(document, "path", { d: diamond(middle, y, 5.5), fill: color, stroke: background });
    case "square":
      return element(document, "rect", {
        x: middle - 5,
        y: y - 5,
        width: 10,
        height: 10,
        stroke: color,
        "stroke-width": 1.75,
        fill: "none",
      });
    case "band":
      return element(document, "rect", { x, y: y - 5, width: swatch, height: 10, fill: color, "fill-opacity": 0.22 });
  }
}

/**
 * Draws a legend that wraps within `width` px.
 * @returns its group element, at the origin, and its height in px (0 when there is nothing to draw)
 */
export function drawLegend(
  document: Document,
  groups: readonly LegendGroup[],
  width: number,
  fontSize: number,
): { readonly node: Element; readonly height: number } {
  const node = element(document, "g", { "font-size": fontSize, "text-anchor": "start", class: "isoflop-legend" });
  const lineHeight = Math.round(fontSize * 1.6);
  let x = 0;
  let y = 0;
  let drawn = false;
  const text = (label: string, fill: string): void => {
    const words = element(document, "text", { x: Math.round(x), y: y + lineHeight / 2, dy: "0.35em", fill });
    words.textContent = label;
    node.append(words);
    x += textWidth(label, fontSize);
  };
  for (const group of groups.filter((candidate) => candidate.entries.length > 0)) {
    // A group begins its own line: headings are easier to find at the left edge than in running text.
    if (drawn) {
      x = 0;
      y += lineHeight;
    }
    drawn = true;
    if (group.heading) {
      text(group.heading, faintInk);
      x += spacing * 0.7;
    }
    for (const entry of group.entries) {
      const needed = swatch + gap + textWidth(entry.label, fontSize);
      if (x > 0 && x + needed > width) {
        x = 0;
        y += lineHeight;
      }
      if (entry.reserved) {
        x += needed + spacing;
        continue;
      }
      node.append(drawMark(document, entry, Math.round(x), y + lineHeight / 2));
      x += swatch + gap;
      text(entry.label, ink);
      x += spacing;
    }
  }
  return { node, height: drawn ? y + lineHeight : 0 };
}

/**
 * A legend for an ordered colour scale: every value when there are up to `most`, otherwise `most` of them, ends included,
 * spread evenly over the logarithm.
 */
export function sequenceLegend(
  heading: string,
  values: readonly number[],
  color: (value: number) => string,
  format: (value: number) => string,
  mark: LegendMark,
  most = 9,
): LegendGroup {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const low = sorted[0] ?? 1;
  const high = sorted.at(-1) ?? 1;
  const wanted = Array.from({ length: 6 }, (_, index) => low * (high / low) ** (index / 5));
  const nearest = (target: number): number =>
    sorted.reduce(
      (best, value) => (Math.abs(Math.log(value / target)) < Math.abs(Math.log(best / target)) ? value : best),
      low,
    );
  const shown = sorted.length <= most ? sorted : [...new Set(wanted.map(nearest))];
  // Two values that read the same need one entry only.
  const labels = new Map(shown.map((value) => [format(value), value]));
  return { heading, entries: [...labels].map(([label, value]) => ({ label, mark, color: color(value) })) };
}
