import { describe, expect, it } from "vitest";
import { logLogScale, pathPoints, placeOf } from "./fixtures/drawnLines.js";
import { seeded } from "./fixtures/seeded.js";
import type { FigureOptions } from "./frame.js";
import {
  bootstrapPairs,
  frontierResiduals,
  influence,
  type LikelihoodProfile,
  lawComparison,
  plantedDiagnostics,
  profileLikelihood,
  serverDocument,
} from "./index.js";

const planted = plantedDiagnostics(seeded(5));
const options = (more: Partial<FigureOptions> = {}): FigureOptions => ({
  document: serverDocument(),
  widths: [720],
  ...more,
});
const wordsOf = (figure: Element): string => figure.querySelector("svg")?.getAttribute("aria-label") ?? "";
const panelsOf = (figure: Element): Element[] => [...figure.querySelectorAll(".isoflop-panel")];

describe("profileLikelihood", () => {
  it("crosses the 95 % level where the interval ends, and touches nothing at the estimate", () => {
    const [first] = panelsOf(profileLikelihood(planted.profileLikelihood, options()));
    const line = pathPoints(first?.querySelector("[aria-label=line] > path"));
    const band = first?.querySelector("[aria-label=rect] > rect");
    const left = Number(band?.getAttribute("x"));
    const right = left + Number(band?.getAttribute("width"));
    const level = Number(band?.getAttribute("y"));
    const foot = level + Number(band?.getAttribute("height"));
    for (const end of [left, right]) {
      const next = line.findIndex((point) => point.x >= end);
      const [one, two] = [line[next - 1], line[next]];
      const t = (end - (one?.x ?? 0)) / ((two?.x ?? 0) - (one?.x ?? 0));
      expect((one?.y ?? 0) + t * ((two?.y ?? 0) - (one?.y ?? 0))).toBeCloseTo(level, 0);
    }
    const lowest = line.reduce((low, point) => (point.y > low.y ? point : low));
    expect(lowest.y).toBeCloseTo(foot, 1);
    expect(lowest.x).toBeCloseTo(placeOf(first?.querySelector("[aria-label=dot] > circle")).x, 1);
  });

  it("is cut off at one height in every panel", () => {
    for (const panel of panelsOf(profileLikelihood(planted.profileLikelihood, options()))) {
      const line = pathPoints(panel.querySelector("[aria-label=line] > path"));
      expect(line[0]?.y).toBeCloseTo(24, 0);
      expect(line.at(-1)?.y).toBeCloseTo(24, 0);
    }
  });

  it("states estimates with intervals, and says which end is open", () => {
    expect(wordsOf(profileLikelihood(planted.profileLikelihood, options()))).toContain(
      "E 1.82 (1.77–1.87), bootstrap 1.76–1.87; A 478 (287–796), bootstrap 270–847; B 2140 (661–6950)",
    );
    const points = [1, 2, 3].map((value) => ({ value, rise: 0 }));
    const open = (ends: readonly ("low" | "high")[]) =>
      wordsOf(
        profileLikelihood(
          { parameters: [{ name: "R_D", estimate: 2, interval95: [1, 3], open: ends, points, level: 1 }] },
          options(),
        ),
      );
    expect(open(["high"])).toContain("R_D 2 (at least 1, no upper end)");
    expect(open(["low"])).toContain("R_D 2 (at most 3, no lower end)");
    expect(open(["low", "high"])).toContain("R_D 2 (no end on either side)");
  });
});

describe("the bootstrap beside a profile", () => {
  const curve = (more: Partial<LikelihoodProfile> = {}): LikelihoodProfile => ({
    name: "R_D*",
    estimate: 12,
    interval95: [6, 40],
    bootstrap95: [7, 30],
    points: [5, 6, 12, 40, 60].map((value) => ({ value, rise: 2 * Math.log(value / 12) ** 2 })),
    level: 1,
    logarithmic: true,
    ...more,
  });
  const drawn = (more?: Partial<LikelihoodProfile>) => profileLikelihood({ parameters: [curve(more)] }, options());
  const barOf = (figure: Element) => {
    const bars = [...figure.querySelectorAll("[aria-label=rule] line")];
    return bars.filter((bar) => bar.getAttribute("y1") === bar.getAttribute("y2"));
  };

  it("stands as a bar below the curves, from end to end, and is told in words", () => {
    const figure = drawn();
    expect(wordsOf(figure)).toContain("R_D* 12 (6–40), bootstrap 7–30");
    const bar = barOf(figure).at(-1);
    const [left, right] = [Number(bar?.getAttribute("x1")), Number(bar?.getAttribute("x2"))];
    const band = figure.querySelector("[aria-label=rect] > rect");
    const from = Number(band?.getAttribute("x"));
    const perLog = Number(band?.getAttribute("width")) / Math.log(40 / 6);
    expect(left).toBeCloseTo(from + perLog * Math.log(7 / 6), 0);
    expect(right).toBeCloseTo(from + perLog * Math.log(30 / 6), 0);
    expect(figure.textContent).toContain("95 % interval by the bootstrap");
    expect(drawn({ bootstrap95: undefined as never }).textContent).not.toContain("by the bootstrap");
  });

  it("tells below each panel as much as there is room for", () => {
    const labels = (width: number, name: string) => {
      const figure = profileLikelihood({ parameters: [curve({ name })] }, options({ widths: [width] }));
      return [...figure.querySelectorAll("[aria-label='x-axis label'] text")].map((label) => label.textContent);
    };
    expect(labels(720, "R_D*")).toEqual(["R_D* 12 (6–40)"]);
    expect(labels(360, "quantity of a name")).toEqual(["quantity of a name 12"]);
  });

  it("does not squeeze the curve when it is far wider", () => {
    const wide = drawn({ bootstrap95: [1e-6, 1e6] }).querySelector("[aria-label=rect] > rect");
    const own = drawn().querySelector("[aria-label=rect] > rect");
    expect(Number(wide?.getAttribute("width")) / Number(own?.getAttribute("width"))).toBeGreaterThan(0.45);
  });

  it("tells infinity where a value stands for it, and draws nothing there", () => {
    const figure = drawn({
      estimate: 1e12,
      infiniteFrom: 1e12,
      interval95: [9, 1e12],
      bootstrap95: [11, 1e12],
      open: ["high"],
      points: [
        { value: 8, rise: 1.4 },
        { value: 9, rise: 1 },
        { value: 100, rise: 0.01 },
        { value: 1e12, rise: 0 },
      ],
    });
    expect(wordsOf(figure)).toContain("R_D* infinite (at least 9, no upper end), bootstrap 11–infinite");
    expect(figure.querySelectorAll(".isoflop-panel [aria-label=dot] > circle")).toHaveLength(0);
    expect(pathPoints(figure.querySelector("[aria-label=line] > path"))).toHaveLength(3);
  });

  it("tells compute in the unit that was chosen, and what was held", () => {
    const data = { parameters: [curve({ name: "C_c", estimate: 8.64e22, compute: true })], held: ["E", "A"] };
    expect(wordsOf(profileLikelihood(data, options()))).toContain("C_c (FLOPs) 8.64×10²²");
    expect(wordsOf(profileLikelihood(data, options({ compute: "PF-days" })))).toContain("C_c (PF-days) 1000");
    expect(wordsOf(profileLikelihood(data, options()))).toContain("E, A were held");
  });
});

describe("frontierResiduals", () => {
  it("states how far minima, losses and runs lie off, and how many minima beyond their errors", () => {
    const figure = frontierResiduals(planted.frontierResiduals, options());
    // The planted 9 % are three of its standard errors.
    expect(wordsOf(figure)).toMatch(/9\.4 % at most, 1 of \d by more than 1\.96 of its standard errors/);
    expect(wordsOf(figure)).toMatch(/runs lie off the parabola of their budget by 0\.\d+ % of the loss/);
  });

  it("has a panel for the runs where there are any, each a dot that a page can find", () => {
    const figure = frontierResiduals(planted.frontierResiduals, options({ interactive: true }));
    expect(panelsOf(figure)).toHaveLength(3);
    const runs = planted.frontierResiduals.runs ?? [];
    expect(panelsOf(figure)[2]?.querySelectorAll("circle[data-run]")).toHaveLength(runs.length);
    const { optima } = planted.frontierResiduals;
    expect(panelsOf(frontierResiduals({ approach: "2", optima }, options()))).toHaveLength(2);
  });
});

describe("bootstrapPairs", () => {
  it("draws every draw and the estimate once for each pair", () => {
    const figure = bootstrapPairs(planted.bootstrapPairs, options());
    const panels = panelsOf(figure);
    expect(panels).toHaveLength(10);
    for (const panel of panels) {
      const dots = [...panel.querySelectorAll("[aria-label=dots] > path")].flatMap(
        (path) => path.getAttribute("d")?.match(/M-?[\d.]+,-?[\d.]+h0/g) ?? [],
      );
      expect(dots).toHaveLength(1000);
      expect(panel.querySelectorAll("[aria-label=dot] > *")).toHaveLength(1);
    }
  });

  it("thins more than a thousand draws evenly, and reckons the correlation from all", () => {
    // b = 1 - a exactly: every draw on one line.
    const draws = Array.from({ length: 4000 }, (_, i) => [i / 4000, 1 - i / 4000]);
    const figure = bootstrapPairs(
      {
        parameters: [
          { name: "a", estimate: 0.5 },
          { name: "b", estimate: 0.5 },
        ],
        draws,
      },
      options(),
    );
    expect(figure.innerHTML.match(/h0/g)).toHaveLength(1000);
    expect(wordsOf(figure)).toContain("Correlations: a and b −1.00.");
    expect(figure.querySelector("figcaption")?.textContent).toContain("(1000 drawn)");
  });

  it("finds the planted correlation of ln A with α, and leaves out draws that have no logarithm", () => {
    const { parameters, draws } = planted.bootstrapPairs;
    // Shares .95 and .97 of one common cause: .92.
    const found = /A and α (\d\.\d\d)/.exec(wordsOf(bootstrapPairs({ parameters, draws }, options())))?.[1];
    expect(Number(found)).toBeCloseTo(0.95 * 0.97, 1);
    const broken = [...draws, [1, -5, 1, 1, 1], [Number.NaN, 1, 1, 1, 1]];
    expect(wordsOf(bootstrapPairs({ parameters, draws: broken }, options()))).toBe(
      wordsOf(bootstrapPairs({ parameters, draws }, options())),
    );
  });

  it("keeps a triangle's empty places empty", () => {
    const panels = panelsOf(bootstrapPairs(planted.bootstrapPairs, options()));
    const columns = panels.map((panel) => /translate\((\d+),/.exec(panel.getAttribute("transform") ?? "")?.[1]);
    expect(columns.map((x) => [...new Set(columns)].indexOf(x))).toEqual([0, 0, 1, 0, 1, 2, 0, 1, 2, 3]);
  });
});

describe("influence", () => {
  it("puts the run that moves the fit most on top, where its value is, and names it in words", () => {
    const figure = influence(planted.influence, options({ interactive: true }));
    const dots = [...figure.querySelectorAll("circle[data-run]")].sort((a, b) => placeOf(a).y - placeOf(b).y);
    expect(dots).toHaveLength(12);
    expect(dots[0]?.getAttribute("data-run")).toBe("b2-n3");
    expect(wordsOf(figure)).toContain(
      "With all runs the exponent a is 0.500 (95 % interval 0.469 to 0.528). Without b2-n3 it is 0.541 (+0.041), the largest change. 1 run moves it out of its interval.",
    );
    const texts = [...figure.querySelectorAll("text")].map((text) => text.textContent);
    expect(texts).toContain("23 others");
    // By the axis: where the first dot stands, the value is the one that was planted.
    const ticks = [...figure.querySelectorAll("[aria-label='x-axis tick label'] text")].map((text) => ({
      value: Number(text.textContent),
      x: Number(/translate\(([\d.]+),/.exec(text.getAttribute("transform") ?? "")?.[1]),
    }));
    const [one, two] = [ticks[0], ticks.at(-1)];
    const perPx = ((two?.value ?? 0) - (one?.value ?? 0)) / ((two?.x ?? 0) - (one?.x ?? 0));
    expect((one?.value ?? 0) + perPx * (placeOf(dots[0]).x - (one?.x ?? 0))).toBeCloseTo(0.541, 3);
  });

  it("tells shifts of N_opt in per cent, and whether the runs were left out or only their influence reckoned", () => {
    const runs = [{ name: "r1", parameters: 1e9, tokens: 2e10, without: 8e10 }];
    const data = { quantity: "N_opt", flops: 1e24, estimate: 7e10, runs } as const;
    const text = influence({ ...data, approximate: true }, options()).textContent ?? "";
    expect(text).toContain("N_opt at 10²⁴ FLOPs is 70B. Without r1 it is 80B (+14 %), the largest change.");
    expect(text).toContain("to first order, without fitting anew");
    expect(influence(data, options()).textContent).toContain("The fit made anew without each run");
  });

  it("cuts long names in the middle, so that their ends still tell them apart", () => {
    const runs = [1, 2].map((seed) => ({
      name: `a-name-that-does-not-fit-into-the-margin/of-any-figure/seed-${seed}`,
      parameters: 1e9,
      tokens: 2e10,
      without: 0.5 + seed / 100,
    }));
    const figure = influence({ quantity: "a", estimate: 0.5, runs }, options({ widths: [360] }));
    const cut = [...figure.querySelectorAll("text")].map((t) => t.textContent ?? "").filter((t) => t.includes("…"));
    expect(new Set(cut).size).toBe(2);
  });

  it("cuts a name of any length to the same few characters", () => {
    const labels = [100, 100_000].map((length) => {
      const run = { name: "run".repeat(length), parameters: 1e9, tokens: 2e10, without: 0.51 };
      const figure = influence({ quantity: "a", estimate: 0.5, runs: [run] }, options());
      return [...figure.querySelectorAll("text")].map((t) => t.textContent ?? "").filter((t) => t.includes("…"));
    });
    expect(labels[0]).toHaveLength(1);
    expect(labels[1]).toEqual(labels[0]);
  });
});

describe("influence on the loss and on E", () => {
  const runs = [{ name: "r1", parameters: 1e9, tokens: 2e10, without: 1.6912 }];
  it.each([
    ["L_opt", "the least loss at 10²⁴ FLOPs is 1.7000. Without r1 it is 1.6912 (−0.0088)"],
    ["E", "the irreducible loss E is 1.7000. Without r1 it is 1.6912 (−0.0088)"],
  ] as const)("is told in the unit of the losses: %s", (quantity, words) => {
    const figure = influence({ quantity, flops: 1e24, estimate: 1.7, runs }, options());
    expect(wordsOf(figure)).toContain(words);
    expect(figure.textContent).toContain("without the run (nats per token)");
    const inBits = influence({ quantity, flops: 1e24, estimate: 1.7, runs }, options({ lossUnit: "bits per byte" }));
    expect(inBits.textContent).toContain("without the run (bits per byte)");
  });
});

describe("lawComparison", () => {
  it("draws each law where it is, by two of its own points at the compute in question", () => {
    const { laws, at = 0 } = planted.lawComparison;
    const [panel] = panelsOf(lawComparison(planted.lawComparison, options()));
    const dots = [...(panel?.querySelectorAll("[aria-label=dot] > circle") ?? [])];
    expect(dots).toHaveLength(laws.length);
    const lines = [...(panel?.querySelectorAll("[aria-label=line] > path") ?? [])];
    const ends = pathPoints(lines[0]);
    const own = laws[0]?.optima ?? [];
    const data = [own[0], own.at(-1)].map((o) => ({ x: o?.flops ?? 0, y: o?.parameters ?? 0 }));
    const back = logLogScale(
      { at: ends[0] ?? { x: 0, y: 0 }, data: data[0] ?? { x: 0, y: 0 } },
      { at: ends.at(-1) ?? { x: 0, y: 0 }, data: data[1] ?? { x: 0, y: 0 } },
    );
    expect(back(placeOf(dots[0])).x / at).toBeCloseTo(1, 1);
    // Approach 2 was planted as 3.1e9 (C / 1e21)^0.49.
    expect(back(placeOf(dots[0])).y / (3.1e9 * 1000 ** 0.49)).toBeCloseTo(1, 1);
    // Kaplan et al. 2020, Table 6: 1.3e9 (C / PF-day)^0.73.
    expect(back(placeOf(dots.at(-1))).y / (1.3e9 * (at / 8.64e19) ** 0.73)).toBeCloseTo(1, 1);
  });

  it("states N_opt of every law with its interval or that there is none, and how far they differ", () => {
    const words = wordsOf(lawComparison(planted.lawComparison, options()));
    expect(words).toContain("At 10²⁴ FLOPs N_opt is, with 95 % intervals: Approach 2 91.5B (66B–127B);");
    expect(words).toContain("Kaplan 2020 1.2T (no interval). The largest is 23 times the smallest.");
  });

  it("tells published laws by broken lines, not by colour alone", () => {
    const figure = lawComparison(planted.lawComparison, options());
    const dashed = [...figure.querySelectorAll(".isoflop-panel [aria-label=line]")].map(
      (line) => line.getAttribute("stroke-dasharray") !== null,
    );
    expect(dashed).toEqual([false, false, true, true, true, true, true]);
  });
});

describe("names from users", () => {
  it("stay text in every figure about a fit", () => {
    const name = "<script>alert(1)</script>";
    const figures = [
      influence({ ...planted.influence, runs: planted.influence.runs.map((run) => ({ ...run, name })) }, options()),
      lawComparison({ laws: planted.lawComparison.laws.map((law) => ({ ...law, name })) }, options()),
      bootstrapPairs(
        { ...planted.bootstrapPairs, parameters: planted.bootstrapPairs.parameters.map((p) => ({ ...p, name })) },
        options(),
      ),
      profileLikelihood({ parameters: planted.profileLikelihood.parameters.map((p) => ({ ...p, name })) }, options()),
    ];
    for (const figure of figures) {
      expect(figure.querySelectorAll("script")).toHaveLength(0);
      expect(figure.outerHTML).not.toContain("<script");
    }
  });
});
