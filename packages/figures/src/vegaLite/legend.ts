import { type LegendEntry, type LegendGroup, type LegendMark, textWidth } from "../legend.js";
import { background } from "../palette.js";
import type { Spec } from "./spec.js";

const SHAPES: Readonly<Record<LegendMark, string>> = {
  line: "stroke",
  "thick-line": "stroke",
  dashes: "stroke",
  dots: "stroke",
  "dash-dot": "stroke",
  dot: "circle",
  ring: "circle",
  crossed: "cross",
  diamond: "diamond",
  square: "square",
  band: "square",
};
const DASHES: Readonly<Partial<Record<LegendMark, readonly number[]>>> = {
  dashes: [5, 3],
  dots: [1.5, 3],
  "dash-dot": [7, 3, 1.5, 3],
};

/** Opacity of a band, after a colour's six digits: 0.22. */
const BAND = "38";
const FONT_SIZE = 12;
/** Room for a symbol and the gaps beside a label, px. */
const BESIDE = 40;

/** A layer without points, which has a legend of at most `width` px: its scales say what the figure's marks mean. */
export function legendLayer({ heading, entries }: LegendGroup, colors: (color: string) => string, width: number): Spec {
  const widest = Math.max(...entries.map(({ label }) => textWidth(label, FONT_SIZE))) + BESIDE;
  const room = width - (heading === undefined ? 0 : textWidth(heading, FONT_SIZE) + BESIDE);
  const columns = Math.max(1, Math.floor(room / widest));
  const domain = entries.map(({ label }) => label);
  const scaled = (range: (entry: LegendEntry) => string | readonly number[]): Spec => ({
    field: "meaning",
    type: "nominal",
    scale: { domain, range: entries.map(range) },
    legend: { title: heading ?? null, columns },
  });
  const isLine = ({ mark }: LegendEntry) => SHAPES[mark] === "stroke";
  return {
    data: { values: [] },
    mark: { type: "point", opacity: 1, size: 50, strokeWidth: 1.75 },
    encoding: {
      shape: scaled(({ mark }) => SHAPES[mark]),
      stroke: scaled(({ color, mark }) => (mark === "band" ? "transparent" : colors(color))),
      fill: scaled((entry) =>
        isLine(entry) || entry.mark === "square"
          ? "transparent"
          : `${colors(entry.mark === "ring" ? background : entry.color)}${entry.mark === "band" ? BAND : ""}`,
      ),
      strokeDash: scaled(({ mark }) => DASHES[mark] ?? [1, 0]),
    },
  };
}
