import * as Plot from "@observablehq/plot";
import { type Panel, plotOptions } from "./axes.js";
import { drawLegend, element, type LegendGroup } from "./legend.js";
import { background, ink, paletteStyles } from "./palette.js";

/** Languages that figures speak. */
export type FigureLanguage = "en" | "ja";

/** What every figure takes besides its data. */
export interface FigureOptions {
  /** The page's document, or `serverDocument()` in Node. */
  readonly document: Document;
  /**
   * Widths in px to draw the figure for, widest last (default: one, 720). With several, the figure holds one SVG for each
   * and `figureStyles` shows the one that suits the room, so that text stays legible on a telephone.
   */
  readonly widths?: readonly number[];
  /** "auto" (the default) follows the page; the others force a theme. */
  readonly theme?: "auto" | "light" | "dark";
  /** Of title, caption, axes and legend (default: English). Names in the data stay as they are. */
  readonly language?: FigureLanguage;
}

/** A figure's texts in the language that is asked for. */
export function textsIn<Texts>(
  texts: Readonly<Record<FigureLanguage, Texts>>,
  { language = "en" }: Pick<FigureOptions, "language">,
): Texts {
  return texts[language];
}

/** What a figure may ask about the room it is drawn for. Lengths in px. */
export interface Room {
  readonly document: Document;
  readonly width: number;
  /** Too narrow for panels side by side or for long labels. */
  readonly narrow: boolean;
  readonly fontSize: number;
}

/** One drawing: a legend over one or more panels, laid out in rows of `columns`. */
export interface Drawing {
  readonly legend: readonly LegendGroup[];
  readonly panels: readonly Panel[];
  readonly columns?: number;
}

export interface FigureContent {
  /** Class name and anchor, kebab-case. */
  readonly name: string;
  readonly title: string;
  /** What is drawn and what came out, in full sentences. */
  readonly caption: string;
  /** The result in words for those who cannot see the drawing. */
  readonly description: string;
  readonly draw: (room: Room) => Drawing;
}

const narrowBelow = 520;

function drawSvg(content: FigureContent, document: Document, width: number): Element {
  const room: Room = { document, width, narrow: width < narrowBelow, fontSize: 12 };
  const drawing = content.draw(room);
  const columns = drawing.columns ?? 1;
  const panelGap = 8;
  const panelWidth = Math.floor((width - panelGap * (columns - 1)) / columns);
  const legend = drawLegend(document, drawing.legend, width, room.fontSize);
  const top = legend.height > 0 ? legend.height + 6 : 0;

  let y = top;
  let rowHeight = 0;
  const groups = drawing.panels.map((panel, index) => {
    const column = index % columns;
    if (column === 0 && index > 0) {
      y += rowHeight + panelGap;
      rowHeight = 0;
    }
    const plot = Plot.plot({ width: panelWidth, ...plotOptions(panel), document });
    rowHeight = Math.max(rowHeight, Number(plot.getAttribute("height")));
    const group = element(document, "g", {
      transform: `translate(${column * (panelWidth + panelGap)},${y})`,
      "text-anchor": "middle",
      class: "isoflop-panel",
      // The SVG's own label tells all; Plot names its groups ("line", "dot"), which readers of the page need not hear.
      "aria-hidden": "true",
    });
    // Plot's own <style> addresses its own class; the frame sets what matters of it.
    group.append(...[...plot.children].filter((child) => child.localName !== "style"));
    return group;
  });
  const height = y + rowHeight;

  const svg = element(document, "svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    // XML forbids "<" in attributes, and the serialiser of Node's document leaves it there.
    "aria-label": `${content.title}. ${content.description}`.replaceAll("<", "‹"),
    class: `isoflop-svg ${room.narrow ? "isoflop-narrow" : "isoflop-wide"}`,
    "font-family": "system-ui, -apple-system, 'Segoe UI', sans-serif",
    "font-size": room.fontSize,
    fill: ink,
    color: ink,
  });
  svg.append(legend.node, ...groups);
  return svg;
}

/** Puts title, caption and one SVG for each width into a <figure>. */
export function frame(options: FigureOptions, content: FigureContent): HTMLElement {
  const { document, widths = [720], theme = "auto", language } = options;
  const figure = document.createElement("figure");
  figure.setAttribute(
    "class",
    `isoflop-figure isoflop-${content.name}${widths.length > 1 ? " isoflop-responsive" : ""}`,
  );
  if (theme !== "auto") figure.setAttribute("data-theme", theme);
  if (language !== undefined) figure.setAttribute("lang", language);
  const caption = document.createElement("figcaption");
  const title = document.createElement("strong");
  title.textContent = content.title;
  const text = document.createElement("span");
  text.textContent = content.caption;
  caption.append(title, " ", text);
  figure.append(caption, ...widths.map((width) => drawSvg(content, document, width)));
  return figure;
}

/**
 * The figure's widest SVG as a file of its own, with its legend, both themes, and its background.
 * @throws RangeError when the figure holds no SVG (it was not made by this package)
 */
export function standaloneSvg(figure: HTMLElement): string {
  const svg = [...figure.querySelectorAll("svg.isoflop-svg")].at(-1);
  if (!svg) throw new RangeError("standaloneSvg: the element given is not a figure of this package: it holds no SVG.");
  const styles = `${paletteStyles} svg{background:${background}} text{white-space:pre}`;
  return svg.outerHTML.replace(/^<svg([^>]*)>/, (_, attributes: string) => {
    const namespaced = attributes.includes("xmlns=") ? attributes : ` xmlns="http://www.w3.org/2000/svg"${attributes}`;
    return `<svg${namespaced}><style>${styles}</style>`;
  });
}
