import * as Plot from "@observablehq/plot";
import { type Panel, plotOptions } from "./axes.js";
import type { ComputeUnit } from "./compute.js";
import { bilingual, inLanguage, type Language } from "./language.js";
import { drawLegend, element, type LegendGroup } from "./legend.js";
import type { LossUnit } from "./lossUnit.js";
import { background, ink, paletteStyles } from "./palette.js";
import { raiseSelected } from "./runMarks.js";
import { legalXml } from "./xmlText.js";

/** A convention other than the usual one, of N all parameters and C = 6ND. */
export interface FigureCounting {
  readonly parameters?: "non-embedding";
  readonly flops?: "kaplan" | "hoffmann";
}

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
  /** Of every text but names in the data (default: "en"). */
  readonly language?: Language;
  /** What compute is told in (default: "FLOPs"); the data are in FLOPs always. */
  readonly compute?: ComputeUnit;
  /** What losses are in (default: nats per token): the data are in it. */
  readonly lossUnit?: LossUnit | "several";
  /** How N and C are counted, where that is to be said on the axes. */
  readonly counting?: FigureCounting;
  /** Marks of runs that have an id carry it as `data-run`, so that a page can find and pick them. */
  readonly interactive?: true;
  /** Runs to emphasise, by id: ringed, the others fainter. */
  readonly selected?: ReadonlySet<string>;
  /** Runs that the fit left out, by id: hollow and crossed. Where it is given, though empty, the legend has a place for them. */
  readonly leftOut?: ReadonlySet<string>;
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
  /** Row by row; undefined leaves its place empty. */
  readonly panels: readonly (Panel | undefined)[];
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
const panelGap = 8;

const roomOf = (document: Document, width: number): Room => ({
  document,
  width,
  narrow: width < narrowBelow,
  fontSize: 12,
});

/** Width of one panel of a drawing, px. */
export const panelWidthOf = ({ columns = 1 }: Drawing, width: number): number =>
  Math.floor((width - panelGap * (columns - 1)) / columns);

const latin = "system-ui, -apple-system, 'Segoe UI', sans-serif";
const texts = bilingual(
  { fonts: latin, alternative: (title: string, description: string) => `${title}. ${description}` },
  {
    // System fonts only: of macOS, Windows, Linux and Android, in this order.
    fonts: latin.replace(
      "sans-serif",
      "'Hiragino Sans', 'Yu Gothic UI', Meiryo, 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif",
    ),
    alternative: (title: string, description: string) => `${title}。${description}`,
  },
);

function drawSvg(content: FigureContent, options: FigureOptions, width: number): Element {
  const { document, language = "en" } = options;
  const text = inLanguage(texts, options);
  const room = roomOf(document, width);
  const drawing = content.draw(room);
  const columns = drawing.columns ?? 1;
  const panelWidth = panelWidthOf(drawing, width);
  const legend = drawLegend(document, drawing.legend, width, room.fontSize);
  const top = legend.height > 0 ? legend.height + 6 : 0;

  let y = top;
  let rowHeight = 0;
  const groups = drawing.panels.flatMap((panel, index) => {
    const column = index % columns;
    if (column === 0 && index > 0) {
      y += rowHeight + panelGap;
      rowHeight = 0;
    }
    if (panel === undefined) return [];
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
    raiseSelected(group);
    return [group];
  });
  const height = y + rowHeight;

  const svg = element(document, "svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "img",
    // XML forbids "<" in attributes, and the serialiser of Node's document leaves it there.
    "aria-label": text.alternative(content.title, content.description).replaceAll("<", "‹"),
    class: `isoflop-svg ${room.narrow ? "isoflop-narrow" : "isoflop-wide"}`,
    "font-family": text.fonts,
    "font-size": room.fontSize,
    fill: ink,
    color: ink,
    // Which glyphs of characters that Chinese and Japanese share.
    ...(language === "en" ? {} : { lang: language }),
  });
  svg.append(legend.node, ...groups);
  return svg;
}

/** What a figure is drawn of, for those who draw it otherwise; it lives as long as the figure. */
const contents = new WeakMap<HTMLElement, { readonly content: FigureContent; readonly width: number }>();

/**
 * The content of a figure, and its drawing for its widest SVG.
 * @throws RangeError when the element is not a figure of this package
 */
export function drawingOf(figure: HTMLElement): { content: FigureContent; drawing: Drawing; width: number } {
  const found = contents.get(figure);
  if (found === undefined) throw new RangeError("The element given is not a figure of this package.");
  const { content, width } = found;
  return { content, width, drawing: content.draw(roomOf(figure.ownerDocument, width)) };
}

/** Puts title, caption and one SVG for each width into a <figure>. */
export function frame(options: FigureOptions, content: FigureContent): HTMLElement {
  const { document, widths = [720], theme = "auto", language = "en" } = options;
  const figure = document.createElement("figure");
  figure.setAttribute(
    "class",
    `isoflop-figure isoflop-${content.name}${widths.length > 1 ? " isoflop-responsive" : ""}`,
  );
  if (theme !== "auto") figure.setAttribute("data-theme", theme);
  if (language !== "en") figure.setAttribute("lang", language);
  const caption = document.createElement("figcaption");
  const title = document.createElement("strong");
  title.textContent = content.title;
  const text = document.createElement("span");
  text.textContent = content.caption;
  caption.append(title, " ", text);
  figure.append(caption, ...widths.map((width) => drawSvg(content, options, width)));
  contents.set(figure, { content, width: widths.at(-1) ?? 720 });
  return figure;
}

/**
 * The figure's widest SVG as a file of its own, with its legend, both themes, and its background.
 * @throws RangeError when the figure holds no SVG (it was not made by this package)
 */
export function standaloneSvg(figure: HTMLElement): string {
  const svg = widestSvg(figure);
  const styles = `${paletteStyles} svg{background:${background}} text{white-space:pre}`;
  return legalXml(svg.outerHTML).replace(/^<svg([^>]*)>/, (_, attributes: string) => {
    const namespaced = attributes.includes("xmlns=") ? attributes : ` xmlns="http://www.w3.org/2000/svg"${attributes}`;
    return `<svg${namespaced}><style>${styles}</style>`;
  });
}

/** @throws RangeError when the figure holds no SVG */
export function widestSvg(figure: HTMLElement): Element {
  const svg = [...figure.querySelectorAll("svg.isoflop-svg")].at(-1);
  if (svg) return svg;
  throw new RangeError("The element given is not a figure of this package: it holds no SVG.");
}
