import type * as Plot from "@observablehq/plot";
import type { FigureOptions } from "./frame.js";
import { inLanguage } from "./language.js";
import { element, type LegendEntry } from "./legend.js";
import { background, ink } from "./palette.js";
import { terms } from "./terms.js";

/** What a figure may do to the marks of runs: nothing, unless asked. */
export type Picking = Pick<FigureOptions, "interactive" | "selected" | "leftOut">;

interface Run {
  readonly id?: string;
}

type Rendered = Pick<Plot.MarkOptions, "render">;

const faintness = 0.3;

/** What is to be done to the mark of one run. */
function stateOf(run: Run | undefined, { selected, leftOut }: Picking) {
  const is = (set: ReadonlySet<string> | undefined): boolean => run?.id !== undefined && set?.has(run.id) === true;
  const chosen = is(selected);
  return { chosen, faint: !chosen && (selected?.size ?? 0) > 0, out: is(leftOut) };
}

function touched({ interactive, selected, leftOut }: Picking): boolean {
  return interactive === true || selected !== undefined || leftOut !== undefined;
}

/** What the legend says of runs left out; its room is kept as soon as there may be any. */
export const leftOutEntry = (options: Picking & Pick<FigureOptions, "language">): LegendEntry[] =>
  onceLeftOut(options, { label: inLanguage(terms, options).leftOut, mark: "crossed", color: ink });

/** An entry for what is there once runs are left out, with its room kept before; none where none can be. */
export const onceLeftOut = ({ leftOut }: Pick<FigureOptions, "leftOut">, entry: LegendEntry): LegendEntry[] =>
  leftOut === undefined ? [] : [{ ...entry, reserved: leftOut.size === 0 }];

function ring(document: Document, x: number, y: number, r: number): Element {
  return element(document, "circle", {
    cx: x,
    cy: y,
    r,
    fill: "none",
    stroke: ink,
    "stroke-width": 2,
    "pointer-events": "none",
    class: "isoflop-selected",
  });
}

function cross(document: Document, x: number, y: number, r: number, color: string): Element {
  return element(document, "path", {
    d: `M${x - r},${y - r}L${x + r},${y + r}M${x + r},${y - r}L${x - r},${y + r}`,
    stroke: color,
    "stroke-width": 1.5,
    "pointer-events": "none",
    class: "isoflop-left-out",
  });
}

/** Lifts the rings of selected runs above every mark of their panel. */
export function raiseSelected(panel: Element): void {
  for (const selected of panel.querySelectorAll(".isoflop-selected")) {
    const transform = selected.parentElement?.getAttribute("transform");
    if (transform) selected.setAttribute("transform", transform);
    panel.append(selected);
  }
}

/**
 * Makes a mark of dots, one a run, findable (`data-run`) and shows which are selected (a ring, the others fainter) and left
 * out (hollow and crossed). Works on what Plot has drawn, by the index that it drew by, so that sorting and filtering are right.
 * @param runs the mark's own data
 */
export function runDots(runs: readonly Run[], picking: Picking): Rendered {
  if (!touched(picking)) return {};
  return {
    render: (index, scales, values, dimensions, context, next) => {
      const group = next?.(index, scales, values, dimensions, context) ?? null;
      if (group === null) return null;
      const { document } = context;
      const above: Element[] = [];
      [...group.children].forEach((mark, place) => {
        const at = index[place] ?? -1;
        const run = runs[at];
        const { chosen, faint, out } = stateOf(run, picking);
        const [x, y] = [Number(values.x?.[at]), Number(values.y?.[at])];
        const r = Number(values.r?.[at] ?? mark.getAttribute("r") ?? 5);
        if (picking.interactive && run?.id !== undefined) mark.setAttribute("data-run", run.id);
        if (faint) mark.setAttribute("opacity", String(faintness));
        if (out) {
          const colorOf = (name: string) => mark.getAttribute(name) ?? group.getAttribute(name) ?? "none";
          const fill = colorOf("fill");
          const color = fill === "none" || fill === background ? colorOf("stroke") : fill;
          // Filled with the background, not with nothing: the whole of a hollow dot is to be clicked on.
          for (const [name, value] of Object.entries({ fill: background, stroke: color, "stroke-width": "1.5" }))
            mark.setAttribute(name, value);
          const lines = cross(document, x, y, r + 1, color);
          if (faint) lines.setAttribute("opacity", String(faintness));
          above.push(lines);
        }
        if (chosen) above.push(ring(document, x, y, r + 3.5));
      });
      group.append(...above);
      return group;
    },
  };
}

/**
 * The same for the line of one run: selected, it is thicker and its end ringed; left out, it is dotted. With
 * `interactive` it tells its name and answers within some px of it, for a thin line is hard to hit.
 */
export function runLine(run: Run & { readonly name: string }, picking: Picking): Rendered {
  if (!touched(picking)) return {};
  return {
    render: (index, scales, values, dimensions, context, next) => {
      const group = next?.(index, scales, values, dimensions, context) ?? null;
      if (group === null) return null;
      const { document } = context;
      const { chosen, faint, out } = stateOf(run, picking);
      for (const path of [...group.children]) {
        const width = Number(group.getAttribute("stroke-width") ?? 1);
        if (chosen) path.setAttribute("stroke-width", String(2.2 * width));
        if (faint) path.setAttribute("opacity", String(faintness));
        if (out) path.setAttribute("stroke-dasharray", "1.5 3");
        if (picking.interactive && run.id !== undefined) {
          const target = element(document, "path", {
            d: path.getAttribute("d") ?? "",
            fill: "none",
            "stroke-width": 11,
            "stroke-opacity": 0,
            "pointer-events": "stroke",
            "data-run": run.id,
          });
          const title = element(document, "title", {});
          title.textContent = run.name;
          target.append(title);
          path.setAttribute("data-run", run.id);
          group.append(target);
        }
      }
      const last = index.at(-1);
      if (chosen && last !== undefined)
        group.append(ring(document, Number(values.x?.[last]), Number(values.y?.[last]), 4.5));
      return group;
    },
  };
}
