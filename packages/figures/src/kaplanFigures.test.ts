import { describe, expect, it } from "vitest";
import { logLogScale, pathPoints, placeOf } from "./fixtures/drawnLines.js";
import { seeded } from "./fixtures/seeded.js";
import type { FigureOptions } from "./frame.js";
import {
  criticalBatch,
  envelopeScaling,
  isoflopSlices,
  kaplanAllocation,
  kaplanLaws,
  kaplanSizes,
  plantedKaplan,
  plantedStudy,
  serverDocument,
} from "./index.js";

const planted = plantedKaplan(seeded(3));
const study = plantedStudy(seeded(7));
const options = (more: Partial<FigureOptions> = {}): FigureOptions => ({
  document: serverDocument(),
  widths: [720],
  ...more,
});

/** From px to data in a panel, by its first and its last run. */
function scaleOf(panel: Element | undefined, data: readonly { id?: string; x: number; y: number }[]) {
  const ends = [data[0], data.at(-1)].map((point) => ({
    at: placeOf(panel?.querySelector(`[data-run="${point?.id}"]`)),
    data: { x: point?.x ?? Number.NaN, y: point?.y ?? Number.NaN },
  }));
  return logLogScale(ends[0] as (typeof ends)[0] & object, ends[1] as (typeof ends)[0] & object);
}

const linesOf = (panel: Element | undefined): Element[] => [
  ...(panel?.querySelectorAll("[aria-label=line] > path:not([data-run])") ?? []),
];
const panelsOf = (figure: Element): Element[] => [...figure.querySelectorAll(".isoflop-panel")];

describe("kaplanLaws", () => {
  it("draws each planted law where it belongs: (scale / x)^exponent at every point of its line", () => {
    const panels = panelsOf(kaplanLaws(planted.kaplanLaws, options({ interactive: true })));
    const { compute, tokens, parameters } = planted.kaplanLaws;
    [compute, tokens, parameters].forEach((drawn, index) => {
      const { scale = 0, exponent = 0 } = drawn?.law ?? {};
      const panel = panels[index];
      const back = scaleOf(
        panel,
        (drawn?.points ?? []).map(({ id, x, loss }) => ({ ...(id ? { id } : {}), x, y: loss })),
      );
      const points = linesOf(panel).flatMap(pathPoints).map(back);
      expect(points.length).toBeGreaterThan(20);
      for (const { x, y } of points) expect(y / (scale / x) ** exponent).toBeCloseTo(1, 2);
    });
  });

  it("states exponents with their intervals, and which law is missing", () => {
    const { tokens } = planted.kaplanLaws;
    const words = kaplanLaws(tokens ? { tokens } : {}, options())
      .querySelector("svg")
      ?.getAttribute("aria-label");
    expect(words).toContain("L(D) falls as D to the power −0.095 (0.092–0.099), D_c = 54T (9 points).");
    expect(words).toContain("No fit of L(C), L(N).");
  });

  it("has one scale of losses in all panels, so that slopes can be compared", () => {
    const ticks = panelsOf(kaplanLaws(planted.kaplanLaws, options())).map((panel) =>
      [...panel.querySelectorAll("[aria-label='y-axis tick label'] text")].map((text) => text.textContent).join(),
    );
    expect(new Set(ticks).size).toBe(1);
  });
});

describe("kaplanLaws of little", () => {
  it("draws points that are too few for a law, and says so", () => {
    const parameters = { points: [{ id: "a", name: "a", x: 1e4, loss: 3 }] };
    const figure = kaplanLaws({ parameters }, options({ interactive: true }));
    expect(figure.querySelectorAll("circle[data-run]")).toHaveLength(1);
    expect(linesOf(panelsOf(figure)[0])).toHaveLength(0);
    expect(figure.textContent).toContain("No fit of L(C), L(D), L(N) (too few points: 1).");
  });

  it("draws curves from as far above the points as these lie apart, and each point", () => {
    const points = [3, 2.5, 2].map((loss, i) => ({ id: `p${i}`, name: `p${i}`, x: 10 ** (9 + i), loss }));
    const curve = Array.from({ length: 60 }, (_, i) => ({
      tokens: 1 + i,
      flops: 10 ** (7 + i / 15),
      loss: 9 * 0.975 ** i,
    }));
    const compute = { points, curves: [{ id: "p0", name: "p0", parameters: 1, curve }] };
    const figure = kaplanLaws({ compute }, options({ interactive: true }));
    expect(figure.querySelectorAll("circle[data-run]")).toHaveLength(3);
    const back = scaleOf(
      panelsOf(figure)[0],
      points.map(({ id, x, loss }) => ({ id, x, y: loss })),
    );
    const drawn = pathPoints(panelsOf(figure)[0]?.querySelector("path[data-run]") ?? undefined).map(back);
    expect(drawn.length).toBeGreaterThan(5);
    for (const { y } of drawn) expect(y).toBeLessThan(((3 * 3) / 2) * 1.1);
  });
});

describe("kaplanSizes", () => {
  it("draws equation 1.5 through noiseless runs and equation 1.6 along noiseless curves", () => {
    const data = planted.kaplanSizes.data;
    const steps = planted.kaplanSizes.steps;
    const { Nc = 0, Dc = 0, alphaN = 0, alphaD = 1 } = data?.law ?? {};
    const runs = (data?.runs ?? []).map((run) => ({
      ...run,
      loss: ((Nc / run.parameters) ** (alphaN / alphaD) + Dc / run.tokens) ** alphaD,
    }));
    const figure = kaplanSizes(
      { ...(data ? { data: { ...data, runs } } : {}), ...(steps ? { steps } : {}) },
      options({ interactive: true }),
    );
    const [left, right] = panelsOf(figure);
    const back = scaleOf(
      left,
      runs.map(({ id, tokens, loss }) => ({ ...(id ? { id } : {}), x: tokens, y: loss })),
    );
    const sizes = [...new Set(runs.map(({ parameters }) => parameters))];
    const lines = linesOf(left);
    expect(lines).toHaveLength(sizes.length);
    sizes.forEach((n, index) => {
      for (const { x, y } of pathPoints(lines[index]).map(back))
        expect(y / ((Nc / n) ** (alphaN / alphaD) + Dc / x) ** alphaD).toBeCloseTo(1, 2);
    });
    expect(linesOf(right)).toHaveLength(steps?.runs.length ?? 0);
    expect(figure.querySelector("figcaption")?.textContent).toContain(
      "root mean square of the log residuals 0.00 % over 36 runs",
    );
  });

  it("draws equation 1.6 where the law is", () => {
    const steps = planted.kaplanSizes.steps;
    const { Nc = 0, Sc = 0, alphaN = 0, alphaS = 0 } = steps?.law ?? {};
    const exact = (steps?.runs ?? []).map((run) => ({
      ...run,
      curve: run.curve.map((point) => ({
        ...point,
        loss: (Nc / run.parameters) ** alphaN + (Sc / point.steps) ** alphaS,
      })),
    }));
    const [panel] = panelsOf(
      kaplanSizes({ ...(steps ? { steps: { ...steps, runs: exact } } : {}) }, options({ interactive: true })),
    );
    const measured = [...(panel?.querySelectorAll("path[data-run]:not([stroke-opacity='0'])") ?? [])];
    const law = linesOf(panel);
    measured.forEach((path, index) => {
      const [curve, line] = [pathPoints(path), pathPoints(law[index])];
      expect(line[0]?.x).toBeCloseTo(curve[0]?.x ?? 0, 1);
      expect(line[0]?.y).toBeCloseTo(curve[0]?.y ?? 0, 1);
      expect(line.at(-1)?.y).toBeCloseTo(curve.at(-1)?.y ?? 0, 1);
    });
    expect(measured).toHaveLength(6);
  });
});

describe("criticalBatch", () => {
  it("draws B* / L^(1/α_B), losses falling to the right", () => {
    const { points, law } = planted.criticalBatch;
    const noise = points.filter(({ from }) => from === "noise");
    const [panel] = panelsOf(criticalBatch(planted.criticalBatch, options({ interactive: true })));
    const back = scaleOf(
      panel,
      noise.map(({ id, loss, batch }) => ({ ...(id ? { id } : {}), x: loss, y: batch })),
    );
    const drawn = linesOf(panel).flatMap(pathPoints);
    for (const { x, y } of drawn.map(back))
      expect(Math.log(y / ((law?.Bstar ?? 0) / x ** (1 / (law?.alphaB ?? 1))))).toBeCloseTo(0, 1);
    const [first, last] = [noise[0], noise.at(-1)].map((p) => placeOf(panel?.querySelector(`[data-run="${p?.id}"]`)).x);
    expect(first).toBeGreaterThan(last ?? Number.POSITIVE_INFINITY);
  });

  it("says how much less loss doubles it, as Figure 10 does (13 %), and how its points were found", () => {
    const words = criticalBatch(planted.criticalBatch, options()).querySelector("svg")?.getAttribute("aria-label");
    expect(words).toContain("α_B = 0.210 (0.190–0.240): it doubles for every 13.5 % less loss.");
    expect(words).toContain("20 points by the gradient noise scale, 4 by scans of batches.");
    expect(criticalBatch({ points: planted.criticalBatch.points }, options()).textContent).toContain(
      "No power law could be fitted.",
    );
  });
});

describe("criticalBatch of scans that say little", () => {
  const { points } = planted.criticalBatch;
  const law = { Bstar: 2.1e8, alphaB: 0.21, from: "noise" } as const;
  const words = (more: object) =>
    criticalBatch({ points, law: { ...law, ...more } }, options())
      .querySelector("svg")
      ?.getAttribute("aria-label");

  it("says which points the law is fitted to, and why not the others", () => {
    expect(words({ otherAtBound: true })).toContain(
      "The law is fitted to the noise scale. The scans determine no exponent.",
    );
    expect(words({ from: "scan", fewScans: true })).toMatch(
      /fitted to the scans\. Its exponent has no interval:.*three seeds/,
    );
    expect(words({ from: "scan", atBound: true })).toContain("Its exponent lies at its bound");
  });

  it("follows an interval of many decades no further than the frame", () => {
    const wide = points.map((point) => ({ ...point, interval95: [1e-9, 1e30] as const }));
    const figure = criticalBatch({ points: wide, law }, options());
    const height = Number(figure.querySelector("svg")?.getAttribute("height"));
    const ends = [...figure.querySelectorAll("[aria-label=rule] line")].flatMap((line) =>
      ["y1", "y2"].map((name) => Number(line.getAttribute(name))),
    );
    expect(ends.length).toBeGreaterThan(20);
    for (const end of ends) {
      expect(end).toBeGreaterThanOrEqual(0);
      expect(end).toBeLessThanOrEqual(height);
    }
  });
});

describe("kaplanAllocation", () => {
  it("draws its three power laws where they are, and tells what ten times the compute buys", () => {
    const { points, parametersLaw, stepsLaw, batchLaw } = planted.kaplanAllocation;
    const figure = kaplanAllocation(planted.kaplanAllocation, options({ interactive: true }));
    const quantities = [
      [parametersLaw, "parameters"],
      [stepsLaw, "steps"],
      [batchLaw ?? { coefficient: 0, exponent: 0 }, "batch"],
    ] as const;
    quantities.forEach(([law, quantity], index) => {
      const panel = panelsOf(figure)[index];
      const back = scaleOf(
        panel,
        points.map((point) => ({ ...(point.id ? { id: point.id } : {}), x: point.flops, y: point[quantity] ?? 0 })),
      );
      for (const { x, y } of linesOf(panel).flatMap(pathPoints).map(back))
        expect(y / (law.coefficient * x ** law.exponent)).toBeCloseTo(1, 1);
    });
    // 10^0.73 = 5.4, 10^0.03 = 1.1, and B ∝ C^0.24 of Table 6: 10^0.24 = 1.7.
    expect(figure.querySelector("figcaption")?.textContent).toContain(
      "the model grows 5.4 times and its steps 1.1 times; the remaining factor 1.7 is the batch",
    );
  });

  it("draws published laws beside where they are near, and tells their exponents in any case", () => {
    const { parametersLaw, stepsLaw } = planted.kaplanAllocation;
    const beside = (by: number) => {
      const far = (law: typeof stepsLaw) => ({ ...law, coefficient: by * law.coefficient });
      const published = { name: "Kaplan 2020, Table 6", parametersLaw: far(parametersLaw), stepsLaw: far(stepsLaw) };
      return kaplanAllocation({ ...planted.kaplanAllocation, published }, options());
    };
    expect(beside(2).querySelector(".isoflop-legend")?.textContent).toContain("Kaplan 2020, Table 6");
    expect(beside(1e7).querySelector(".isoflop-legend")?.textContent).not.toContain("Kaplan 2020");
    expect(beside(1e7).querySelector("figcaption")?.textContent).toContain("Kaplan 2020, Table 6: 0.730 (");
  });

  it("says that no run shows the laws, what their intervals leave out, and that there are none", () => {
    const { parametersLaw, stepsLaw } = planted.kaplanAllocation;
    const laws = { parametersLaw, stepsLaw, points: [], fitted: [1e15, 1e19] as const };
    const words = (data: Parameters<typeof kaplanAllocation>[0]) =>
      kaplanAllocation(data, options()).querySelector("svg")?.getAttribute("aria-label");
    expect(words({ ...laws, batchHeld: true })).toMatch(/they are too narrow.*no run shows it/);
    const bare = ({ coefficient, exponent }: typeof stepsLaw) => ({ coefficient, exponent });
    const without = words({ ...laws, parametersLaw: bare(parametersLaw), stepsLaw: bare(stepsLaw), batchHeld: true });
    expect(without).toContain("(no intervals: no resamples)");
    expect(without).not.toContain("too narrow");
  });
});

describe("envelopeScaling", () => {
  it("draws every point of the envelope in both panels, those of edge sizes hollow, and counts them", () => {
    const figure = envelopeScaling(planted.envelopeScaling, options({ interactive: true }));
    expect(figure.querySelectorAll("[data-run]")).toHaveLength(2 * 40);
    const edge = figure.querySelector('[data-run="size-0"]');
    expect(edge?.parentElement?.getAttribute("fill")).toContain("background");
    expect(figure.querySelector("figcaption")?.textContent).toContain(
      "Fitted to 30 points of 6 runs; 10 more (hollow)",
    );
  });
});

describe("isoflopSlices", () => {
  it("puts each slice's least loss at the planted optimum of its budget", () => {
    const { law, frontier, budgets } = study.lossContours;
    const words = isoflopSlices(study.lossContours, options()).querySelector("svg")?.getAttribute("aria-label") ?? "";
    const found = [...words.matchAll(/least at ([\d.]+)k parameters, loss (\d+\.\d+)/g)];
    expect(found).toHaveLength(budgets.length);
    found.forEach(([, thousands, loss], index) => {
      const flops = budgets[index] ?? 0;
      const ratio = ((law.alpha * law.A) / (law.beta * law.B)) ** (1 / (law.alpha + law.beta));
      const parameters = ratio * (flops / 6) ** (law.beta / (law.alpha + law.beta));
      expect((1000 * Number(thousands)) / parameters).toBeCloseTo(1, 2);
      const least = law.E + law.A / parameters ** law.alpha + law.B / (flops / 6 / parameters) ** law.beta;
      expect(Number(loss)).toBeCloseTo(least, 3);
    });
    expect(frontier.length).toBeGreaterThan(0);
  });

  it("draws the runs of each budget in its colour, and the held-out ones", () => {
    const named = study.lossContours.runs.map((run) => ({ id: run.name, ...run }));
    const figure = isoflopSlices({ ...study.lossContours, runs: named }, options({ interactive: true }));
    expect(figure.querySelectorAll("[data-run]")).toHaveLength(35);
    expect(figure.querySelectorAll("[aria-label=line] > path")).toHaveLength(study.lossContours.budgets.length + 2);
  });
});
