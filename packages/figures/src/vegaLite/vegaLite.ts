import type { Axis, Panel } from "../axes.js";
import { drawingOf, panelWidthOf } from "../frame.js";
import { background, faintInk, ink, plainColors } from "../palette.js";
import { markLayers } from "./layers.js";
import { legendLayer } from "./legend.js";
import type { Spec } from "./spec.js";

/**
 * A figure as a Vega-Lite specification with its data in it: the marks, scales, ticks and legends that it is drawn with.
 * @throws RangeError when the element is not a figure of this package
 */
export function vegaLite(figure: HTMLElement, theme: "light" | "dark"): Spec {
  const { content, drawing, width } = drawingOf(figure);
  const colors = plainColors(theme);
  const panelWidth = panelWidthOf(drawing, width);
  const legend = drawing.legend
    .filter(({ entries }) => entries.length > 0)
    .map((group) => legendLayer(group, colors, width - 40));
  const panels = drawing.panels.map((panel) =>
    panel === undefined ? vacant(panelWidth) : panelSpec(panel, panelWidth, colors),
  );
  const [first] = drawing.panels;
  const only = drawing.panels.length === 1 && first !== undefined ? panelSpec(first, panelWidth, colors) : undefined;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: content.title, subtitle: lines(content.caption, width / 6.5) },
    description: content.description,
    background: colors(background),
    config: configOf(colors),
    ...(only !== undefined
      ? { ...only, layer: [...only.layer, ...legend] }
      : {
          // The legend belongs to all panels: it has a row of its own.
          vconcat: [
            { width: width - 40, height: 1, layer: legend, resolve: RESOLVE },
            { concat: panels, columns: drawing.columns ?? 1, spacing: 24 },
          ],
        }),
  };
}

/** Each group of the legend has scales of its own. */
const RESOLVE = {
  scale: { shape: "independent", stroke: "independent", fill: "independent", strokeDash: "independent" },
} as const;

/** A place of the grid that is left free. */
const vacant = (width: number): Spec => ({ width, height: 1, data: { values: [] }, mark: "point" });

function panelSpec(panel: Panel, width: number, colors: (color: string) => string) {
  const { marginLeft = 0, marginRight = 0, marginTop = 0, marginBottom = 0, height = 0 } = panel;
  return {
    width: width - marginLeft - marginRight,
    height: height - marginTop - marginBottom,
    encoding: { x: position("x", panel.x), y: position("y", panel.y) },
    layer: markLayers(panel, colors),
    resolve: RESOLVE,
  };
}

function position(field: "x" | "y", { scale, label, ticks, format }: Axis): Spec {
  const texts = Object.fromEntries(ticks.map((tick) => [String(tick), format(tick)]));
  return {
    field,
    type: "quantitative",
    scale: {
      domain: [...(scale.domain as number[])],
      nice: false,
      ...(scale.type === "log" ? { type: "log" } : { type: "linear", zero: false }),
    },
    axis:
      label === null
        ? null
        : {
            title: label,
            values: [...ticks],
            labelExpr: `(${JSON.stringify(texts)})[datum.value]`,
            labelOverlap: false,
          },
  };
}

const configOf = (colors: (color: string) => string): Spec => ({
  view: { stroke: null },
  title: { anchor: "start", color: colors(ink), subtitleColor: colors(faintInk), fontSize: 14, offset: 14 },
  axis: {
    domain: false,
    gridColor: colors(ink),
    gridOpacity: 0.1,
    tickColor: colors(ink),
    labelColor: colors(ink),
    titleColor: colors(ink),
    titleFontWeight: "normal",
    labelFontSize: 12,
    titleFontSize: 12,
  },
  axisX: { titleAnchor: "end" },
  axisY: { titleAnchor: "end", titleAngle: 0, titleAlign: "left", titleX: -40, titleY: -14 },
  legend: {
    orient: "top",
    direction: "horizontal",
    offset: 30,
    labelColor: colors(ink),
    titleColor: colors(faintInk),
    titleFontWeight: "normal",
    labelFontSize: 12,
    titleFontSize: 12,
    labelLimit: 0,
    titleOrient: "left",
    layout: { top: { direction: "vertical", anchor: "start" } },
  },
});

/** Text in lines of so many characters: Vega does not wrap. */
function lines(text: string, most: number): string[] {
  const found: string[] = [];
  for (const word of text.split(" ")) {
    const last = found.at(-1);
    if (last !== undefined && last.length + word.length < most) found[found.length - 1] = `${last} ${word}`;
    else found.push(word);
  }
  return found;
}
