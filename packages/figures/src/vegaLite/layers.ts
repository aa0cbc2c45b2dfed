import type { Panel } from "../axes.js";
import { background } from "../palette.js";
import { type DrawnMark, drawnMark } from "./marks.js";
import { type Json, present, type Spec } from "./spec.js";

type Colors = (color: string) => string;

/** The marks of a panel as layers. Lines that differ in colour alone are one layer. */
export function markLayers(panel: Panel, colors: Colors): Spec[] {
  const layers: Spec[] = [];
  let lines: DrawnMark[] = [];
  const flush = () => {
    if (lines.length > 0) layers.push(lineLayer(lines, colors));
    lines = [];
  };
  for (const mark of panel.marks) {
    if (mark === null || mark === undefined) continue;
    const drawn = drawnMark(mark);
    if (drawn.rows.length === 0) continue;
    if (drawn.kind === "line") {
      if (lines[0] !== undefined && styleKey(lines[0]) !== styleKey(drawn)) flush();
      lines.push(drawn);
    } else {
      flush();
      layers.push(...otherLayers(drawn, panel, colors));
    }
  }
  flush();
  return layers;
}

const styleKey = ({ style }: DrawnMark): string =>
  JSON.stringify([style.strokeWidth, style.strokeOpacity, style.strokeDasharray]);

/** Lines go through their points in the order of the data. */
function lineLayer(lines: readonly DrawnMark[], colors: Colors): Spec {
  const values = lines.flatMap((line, i) =>
    line.rows.map((_, row) => ({
      line: i,
      point: row,
      ...places(line, row),
      stroke: colorAt(line, "stroke", row, colors) ?? "none",
    })),
  );
  const [{ style }] = lines as readonly [DrawnMark, ...DrawnMark[]];
  return {
    data: { values },
    mark: present({ type: "line", ...strokeOf(style), strokeJoin: "round", strokeCap: "round", clip: true }),
    encoding: {
      detail: { field: "line", type: "nominal" },
      order: { field: "point", type: "quantitative" },
      stroke: { field: "stroke", type: "nominal", scale: null },
    },
  };
}

function otherLayers(mark: DrawnMark, panel: Panel, colors: Colors): Spec[] {
  const { kind, rows, style } = mark;
  const values = rows.map((row, i) =>
    present({
      ...described(row),
      ...spanned(mark, i, panel),
      fill: colorAt(mark, "fill", i, colors),
      stroke: colorAt(mark, "stroke", i, colors),
      text: kind === "text" ? String(mark.values.text?.[i] ?? "") : undefined,
      title: mark.values.title === undefined ? undefined : String(mark.values.title[i] ?? ""),
    }),
  );
  const data = { values };
  const paint = present({
    fill: values.some(({ fill }) => fill !== undefined) ? literal("fill") : undefined,
    stroke: values.some(({ stroke }) => stroke !== undefined) ? literal("stroke") : undefined,
  });
  const ends = present({
    x2: values.some(({ x2 }) => x2 !== undefined) ? { field: "x2" } : undefined,
    y2: values.some(({ y2 }) => y2 !== undefined) ? { field: "y2" } : undefined,
  });
  const tooltip: Spec = mark.values.title === undefined ? {} : { tooltip: { field: "title", type: "nominal" } };
  const encoding = { ...paint, ...ends, ...tooltip };
  // Without them Vega-Lite would take its own colour.
  const bare = { fill: "transparent", stroke: "transparent" };
  switch (kind) {
    case "dot": {
      const r = Number(style.r ?? 3);
      const shape = String(style.symbol);
      // Vega's diamond of the same area is lower than Plot's.
      const size = Math.PI * r * r * (shape === "diamond" ? 1.6 : 1);
      return [
        {
          data,
          mark: present({ type: "point", shape, size, opacity: 1, ...bare, ...shadeOf(style) }),
          encoding,
        },
      ];
    }
    case "area":
      return [{ data, mark: present({ type: "area", ...bare, ...shadeOf(style), clip: true }), encoding }];
    case "rule":
      return [{ data, mark: present({ type: "rule", ...shadeOf(style), clip: true }), encoding }];
    case "rect":
      return [{ data, mark: present({ type: "rect", ...bare, ...shadeOf(style) }), encoding }];
    case "text":
      return textLayers(mark, data, colors);
    default:
      throw new TypeError(`Vega-Lite: the mark ${JSON.stringify(kind)} is not known here.`);
  }
}

/** A text and, behind it, its halo: Vega strokes over what it fills. */
function textLayers({ style, values }: DrawnMark, data: Spec, colors: Colors): Spec[] {
  const mark = present({
    type: "text",
    align: style.textAnchor === "start" ? "left" : style.textAnchor === "end" ? "right" : "center",
    baseline: "middle",
    dx: Number(style.dx ?? 0),
    dy: Number(style.dy ?? 0),
    fontWeight: style.fontWeight === undefined ? undefined : Number(style.fontWeight),
  });
  const encoding = present({
    text: { field: "text", type: "nominal" },
    // Where none is given, at the side of the frame that Plot's frameAnchor names.
    x: values.x === undefined ? atFrame(String(style.frameAnchor), "left", "right", "width") : undefined,
    y: values.y === undefined ? atFrame(String(style.frameAnchor), "top", "bottom", "height") : undefined,
  });
  const words: Spec = { data, mark, encoding: { ...encoding, color: { field: "fill", type: "nominal", scale: null } } };
  if (style.stroke === undefined) return [words];
  const halo = {
    ...mark,
    stroke: colors(background),
    strokeWidth: Number(style.strokeWidth ?? 3),
    strokeJoin: "round",
  };
  return [{ data, mark: halo, encoding }, words];
}

/** The place of a text along one side of the frame: "top-right" is at the end of its width. */
const atFrame = (anchor: string, first: string, last: string, size: "width" | "height"): Spec => ({
  value: anchor.includes(first) ? 0 : anchor.includes(last) ? size : { expr: `${size} / 2` },
});

const literal = (field: string): Spec => ({ field, type: "nominal", scale: null });

function colorAt(
  { values, style }: DrawnMark,
  name: "fill" | "stroke",
  row: number,
  colors: Colors,
): string | undefined {
  const color = values[name]?.[row] ?? style[name];
  if (typeof color !== "string") return undefined;
  return color === "none" ? "transparent" : colors(color);
}

const strokeOf = ({ strokeWidth, strokeOpacity, strokeDasharray }: DrawnMark["style"]) => ({
  strokeWidth: strokeWidth === undefined ? undefined : Number(strokeWidth),
  strokeOpacity: strokeOpacity === undefined ? undefined : Number(strokeOpacity),
  strokeDash: strokeDasharray === undefined ? undefined : String(strokeDasharray).split(" ").map(Number),
});

const shadeOf = (style: DrawnMark["style"]) => ({
  ...strokeOf(style),
  fillOpacity: style.fillOpacity === undefined ? undefined : Number(style.fillOpacity),
});

function places({ values }: DrawnMark, row: number): { x?: number; y?: number; x2?: number; y2?: number } {
  const at = (name: string): number | undefined => (values[name] === undefined ? undefined : Number(values[name][row]));
  const [x, y, x2, y2] = [at("x") ?? at("x1"), at("y") ?? at("y1"), at("x2"), at("y2")];
  return {
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
    ...(x2 === undefined ? {} : { x2 }),
    ...(y2 === undefined ? {} : { y2 }),
  };
}

/** A rule that is given one place spans the frame. */
function spanned(mark: DrawnMark, row: number, { x, y }: Panel): ReturnType<typeof places> {
  const given = places(mark, row);
  if (mark.kind !== "rule") return given;
  const [x0, x1] = x.scale.domain as [number, number];
  const [y0, y1] = y.scale.domain as [number, number];
  return {
    ...given,
    ...(given.x === undefined ? { x: x0, x2: x1 } : {}),
    ...(given.y === undefined ? { y: y0, y2: y1 } : {}),
  };
}

/** The fields of a row that a table can show; its colour is among the channels. */
function described(row: unknown): Spec {
  if (typeof row !== "object" || row === null) return {};
  return Object.fromEntries(
    Object.entries(row).filter(
      (entry): entry is [string, Json] =>
        entry[0] !== "color" && ["string", "number", "boolean"].includes(typeof entry[1]),
    ),
  );
}
