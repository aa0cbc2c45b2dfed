import { describe, expect, it } from "vitest";
import { seeded } from "./fixtures/seeded.js";
import type { FigureOptions } from "./frame.js";
import {
  isoflopProfiles,
  kaplanCompute,
  lossContours,
  optimumScaling,
  plantedStudy,
  residuals,
  serverDocument,
  trainingCurves,
} from "./index.js";
import { ink } from "./palette.js";

const bare = plantedStudy(seeded(7));
const options = (more: Partial<FigureOptions> = {}): FigureOptions => ({
  document: serverDocument(),
  widths: [720],
  ...more,
});
const named = <Run extends { readonly name: string }>(run: Run) => ({ id: `id of ${run.name}`, ...run });
const contours = {
  ...bare.lossContours,
  runs: bare.lossContours.runs.map(named),
  heldOut: (bare.lossContours.heldOut ?? []).map(named),
};
const profiles = {
  profiles: bare.isoflopProfiles.profiles.map((profile) => ({ ...profile, points: profile.points.map(named) })),
};
const curves = { ...bare.trainingCurves, runs: bare.trainingCurves.runs.map(named) };
const scaling = {
  ...bare.optimumScaling,
  heldOut: (bare.optimumScaling.heldOut ?? []).map((run) => ({ id: run.label, ...run })),
};
const rest = { runs: bare.residuals.runs.map(named) };
const kaplan = { ...bare.kaplanCompute, curves: (bare.kaplanCompute.curves ?? []).map(named) };

const drawn: readonly (readonly [string, (o: FigureOptions) => HTMLElement, number])[] = [
  ["isoflopProfiles", (o) => isoflopProfiles(profiles, o), 35],
  ["lossContours", (o) => lossContours(contours, o), 37],
  ["residuals", (o) => residuals(rest, o), 3 * 35],
  // Each line, and what is to be hit of it.
  ["trainingCurves", (o) => trainingCurves(curves, o), 2 * 35],
  ["kaplanCompute", (o) => kaplanCompute(kaplan, o), 2 * 35],
  ["optimumScaling", (o) => optimumScaling(scaling, o), 2 * 2],
];

describe.each(drawn)("%s", (_name, draw, marks) => {
  it("names the run of each mark when it is interactive, and else no run at all", () => {
    expect(draw(options({ interactive: true })).querySelectorAll("[data-run]")).toHaveLength(marks);
    expect(draw(options()).outerHTML).not.toMatch(/data-run|isoflop-selected|isoflop-left-out|left out/);
  });

  it("rings the selected run and no other, and makes the others fainter", () => {
    const figure = draw(options({ interactive: true }));
    const [first] = figure.querySelectorAll("[data-run]");
    const id = first?.getAttribute("data-run") ?? "";
    const chosen = draw(options({ interactive: true, selected: new Set([id]) }));
    const dots = [...chosen.querySelectorAll(`[data-run="${id}"]`)];
    expect(dots.length).toBeGreaterThan(0);
    expect(dots.every((dot) => dot.getAttribute("opacity") === null)).toBe(true);
    const visible = chosen.querySelectorAll(`[data-run="${id}"]:not([stroke-opacity="0"])`);
    expect(chosen.querySelectorAll(".isoflop-selected")).toHaveLength(visible.length);
    expect(chosen.querySelectorAll("[data-run][opacity]").length).toBeGreaterThan(0);
    const none = draw(options({ interactive: true, selected: new Set() }));
    expect(none.outerHTML).toBe(figure.outerHTML);
  });
});

describe("the ring of a selected run", () => {
  it("lies above every mark, where the run is", () => {
    const id = contours.runs[9]?.id ?? "";
    const figure = lossContours(contours, options({ interactive: true, selected: new Set([id]) }));
    const ring = figure.querySelector(".isoflop-selected");
    expect(ring?.parentElement?.lastElementChild).toBe(ring);
    expect(ring?.parentElement?.getAttribute("class")).toBe("isoflop-panel");
    const dot = figure.querySelector(`[data-run="${id}"]`);
    expect(ring?.getAttribute("cx")).toBe(dot?.getAttribute("cx"));
    expect(ring?.getAttribute("cy")).toBe(dot?.getAttribute("cy"));
    expect(ring?.getAttribute("transform")).toBe(dot?.parentElement?.getAttribute("transform"));
  });
});

describe("marks of runs", () => {
  it("belong to the run that lies where the mark is, whatever order Plot draws in", () => {
    const runs = contours.runs.map((run, index) => (index === 3 ? { ...run, parameters: Number.NaN } : run));
    const figure = lossContours({ ...contours, runs, heldOut: [], frontier: [] }, options({ interactive: true }));
    const dots = [...figure.querySelectorAll("[data-run]")];
    expect(dots).toHaveLength(34);
    for (const dot of dots) {
      const run = runs.find(({ id }) => id === dot.getAttribute("data-run"));
      expect(dot.querySelector("title")?.textContent?.split("\n")[0]).toBe(run?.name);
    }
    const byTokens = [...dots].sort((a, b) => Number(a.getAttribute("cx")) - Number(b.getAttribute("cx")));
    const tokens = byTokens.map(
      (dot) => runs.find(({ id }) => id === dot.getAttribute("data-run"))?.tokens ?? Number.NaN,
    );
    expect(tokens).toEqual([...tokens].sort((a, b) => a - b));
  });

  it("are hollow and crossed when the fit left them out, and the legend says so", () => {
    const left = contours.runs[5]?.id ?? "";
    const figure = lossContours(contours, options({ interactive: true, leftOut: new Set([left]) }));
    const dot = figure.querySelector(`[data-run="${left}"]`);
    expect(dot?.getAttribute("fill")).toContain("--isoflop-background");
    expect(dot?.getAttribute("stroke")).toBe(ink);
    const crosses = figure.querySelectorAll(".isoflop-left-out");
    expect(crosses).toHaveLength(1);
    const [x, y] = [Number(dot?.getAttribute("cx")), Number(dot?.getAttribute("cy"))];
    const [startX = 0, startY = 0] = (crosses[0]?.getAttribute("d") ?? "").slice(1).split(/[,L]/).map(Number);
    expect(x - startX).toBeCloseTo(y - startY);
    expect(figure.querySelector(".isoflop-legend")?.textContent).toContain("left out");
    const before = lossContours(contours, options({ leftOut: new Set() }));
    expect(before.querySelector(".isoflop-legend")?.textContent).not.toContain("left out");
    expect(before.querySelector("svg")?.getAttribute("height")).toBe(
      figure.querySelector("svg")?.getAttribute("height"),
    );
  });

  it("keep an id of any characters as text", () => {
    const hostile = '"><script>alert(1)</script>';
    const figure = residuals(
      { runs: rest.runs.map((run) => ({ ...run, id: hostile })) },
      options({ interactive: true }),
    );
    expect(figure.querySelectorAll("script")).toHaveLength(0);
    expect(figure.querySelector("[data-run]")?.getAttribute("data-run")).toBe(hostile);
    expect(figure.outerHTML).not.toContain('data-run=""');
  });

  it("are dotted lines where a curve was left out, and thick where it is selected", () => {
    const [one, two] = curves.runs.map(({ id }) => id) as [string, string];
    const figure = trainingCurves(
      curves,
      options({ interactive: true, selected: new Set([one]), leftOut: new Set([two]) }),
    );
    const line = (id: string) => figure.querySelector(`[data-run="${id}"]:not([stroke-opacity])`);
    expect(Number(line(one)?.getAttribute("stroke-width"))).toBeGreaterThan(2);
    expect(line(two)?.getAttribute("stroke-dasharray")).toBe("1.5 3");
    expect(figure.querySelector(`[data-run="${one}"] > title`)?.textContent).toBe(curves.runs[0]?.name);
  });
});
