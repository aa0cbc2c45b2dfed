import { describe, expect, it } from "vitest";
import { reportFigures } from "./figureFiles.js";
import { escapeHtml, html } from "./html.js";
import type { ForecastReport, ReportModel } from "./model.js";
import { plantedReport } from "./plantedReport.js";
import { renderReport } from "./renderReport.js";
import { judge } from "./verdict.js";

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const model = plantedReport(seeded(7));
const forecast = model.forecast as ForecastReport;

/** The same runs as if no study had planned them. */
const { forecast: _, ...unplanned } = model;
const ofRuns: ReportModel = {
  ...unplanned,
  heldOut: [],
  isoflop: false,
  optimum: {
    budget: 4.8e11,
    fit: "Approach 3",
    reason: "in 3 forecasts it was the best",
    backtested: true,
    parameters: { value: 95_000, interval95: [70_000, 120_000] },
    tokens: { value: 8.4e5, interval95: [6e5, 1.1e6] },
    loss: { value: 1.6, interval95: [1.58, 1.63] },
    caveats: ["Its 95k parameters are more than in any run."],
    procedures: forecast.procedures,
  },
  notes: ["N and D are columns of runs.csv"],
  dropped: [{ row: "row 7", reason: "its loss is missing" }],
};

/** The same model with a hostile text in place of every string that is not one of the model's own fixed words. */
function hostile(value: unknown, text: string): unknown {
  const fixed = new Set([
    "fitted",
    "edge",
    "unfitted",
    "optimum",
    "larger",
    "done",
    "diverged",
    "answered",
    "partly",
    "gap",
    // What runs have influence on, and the law of the residuals.
    "a",
    "chinchilla",
  ]);
  if (typeof value === "string") return fixed.has(value) ? value : text;
  if (Array.isArray(value)) return value.map((item) => hostile(item, text));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        const named = /^(C_c|alpha_C|isoflop|node|onnxruntime-node|Processor|Memory|Operating system)$/.test(key);
        return [named ? `${text}${key}` : key, hostile(item, text)];
      }),
    );
  }
  return value;
}

describe("the report", () => {
  const page = renderReport(model);

  it("is one file that asks for nothing else: no link, script, import or font", () => {
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page).not.toMatch(/<(script|link|img|iframe|object|embed)\b/i);
    expect(page).not.toMatch(/url\(|@import|@font-face/);
    expect(page).not.toMatch(/(src|href)="(?!#)/);
  });

  it("is the same bytes for the same model", () => {
    expect(renderReport(JSON.parse(JSON.stringify(model)) as ReportModel)).toBe(page);
  });

  it.each([
    ["a study", model],
    ["runs", ofRuns],
  ])("of %s keeps hostile text as text, wherever it comes from", (_of, honest) => {
    const page = renderReport(honest);
    for (const text of [
      "<script>alert(1)</script>",
      '"><img src=x onerror=alert(1)>',
      "</style></title><svg onload=alert(1)>",
    ]) {
      const attacked = renderReport(hostile(honest, text) as ReportModel);
      const tags = (of: string): Map<string, number> => {
        const counts = new Map<string, number>();
        // Attribute values may hold ">" and "<"; they are skipped as a browser's tokeniser does.
        for (const [, name = ""] of of.matchAll(/<([a-z][a-z0-9]*)(?:"[^"]*"|'[^']*'|[^'">])*>/gi)) {
          counts.set(name, (counts.get(name) ?? 0) + 1);
        }
        return counts;
      };
      const before = tags(page);
      for (const [name, count] of tags(attacked)) {
        expect(before.has(name), `<${name}> appears in no honest report`).toBe(true);
        // Styles and titles are where a page breaks out of its head.
        if (name === "style") expect(count).toBe(before.get(name));
      }
      expect(attacked).not.toContain("<script");
      expect(attacked).not.toContain("<img");
      expect(attacked).not.toContain("<svg onload");
      expect(attacked).toContain(escapeHtml(text));
    }
  });

  it("of runs that no study has planned says what is best at the largest of their budgets, and nothing of hold-outs", () => {
    const page = renderReport(ofRuns);
    expect(page).toContain(
      "At 4.8×10¹¹ FLOPs, the most that any of these runs took, the best model has 95k [70k, 120k]",
    );
    for (const text of [
      "more than in any run",
      "columns of runs.csv",
      "row 7",
      "its loss is missing",
      "1 of 2 answered, 1 in part",
    ]) {
      expect(page.includes(text), text).toBe(true);
    }
    for (const text of ["Forecast check", "the study", "study.yaml"]) expect(page.includes(text), text).toBe(false);
  });

  it("cuts tables of thousands of runs, and says so", () => {
    const [run] = model.runs;
    const page = renderReport({ ...ofRuns, runs: Array.from({ length: 1203 }, (_, i) => ({ ...run!, id: `id${i}` })) });
    expect(page).toContain("Every run (1203)");
    expect(page).toContain("… and 203 runs more.");
    expect(page).not.toContain("id1000");
  });

  it("has a row for every run and names every budget, fit and warning", () => {
    for (const run of model.runs) expect(page).toContain(`<small>${run.id}</small>`);
    for (const fit of model.fits) expect(page).toContain(fit.name);
    for (const warning of model.warnings) expect(page).toContain(warning.code);
    expect(page).toContain("minimum on the edge: not used");
    expect(page).toContain("isoflop quickstart --seed 0");
    expect(page).toContain("loss was NaN at step 41");
  });

  it("draws every figure that is exported, once, each for a narrow and a wide page", () => {
    const names = reportFigures(model).map(({ name }) => name);
    const drawn = [...page.matchAll(/<figure class="isoflop-figure isoflop-([a-z-]+)/g)].map(([, name]) => name);
    expect(drawn.sort()).toEqual(names.sort());
    expect(names).toHaveLength(18);
    expect(page.match(/class="isoflop-svg isoflop-wide"/g)).toHaveLength(18);
    expect(page.match(/class="isoflop-svg isoflop-narrow"/g)).toHaveLength(18);
  });

  it("has figures in the unit of the losses, on the page and as files", () => {
    const inBits = { ...model, lossUnit: "bits per byte" } as const;
    const figuresOf = (markup: string) => markup.match(/<figure[\s\S]*?<\/figure>/g) ?? [];
    const inUnit = (figures: readonly string[], unit: string) => figures.filter((one) => one.includes(unit)).length;
    const [usual, bits] = [figuresOf(page), figuresOf(renderReport(inBits))];
    expect(inUnit(usual, "nats per token")).toBeGreaterThan(5);
    expect(inUnit(bits, "bits per byte")).toBe(inUnit(usual, "nats per token"));
    expect(inUnit(bits, "nats per token")).toBe(0);
    for (const { name, svg, plainSvg, vegaLite } of reportFigures(inBits)) {
      const whole = [svg(), plainSvg({ theme: "light", fontFamily: "sans-serif" }), JSON.stringify(vegaLite("light"))];
      expect(inUnit(whole, "nats per token"), name).toBe(0);
    }
  });

  it("tells the answer, the fits and the forecast before the diagnostics, and of which fit those are", () => {
    const place = (id: string) => page.indexOf(`<h2 id="${id}"`);
    expect(place("verdict")).toBeGreaterThan(0);
    for (const id of ["verdict", "fits", "figures", "forecast"]) expect(place(id)).toBeLessThan(place("quality"));
    expect(page).toContain(
      "Shown are residuals, profile likelihoods, pairs of bootstrap draws (Approach 3: parametric); refits without single runs (Approach 2: isoFLOP profiles).",
    );
    const none = renderReport({ ...model, figures: {} });
    expect(none).toContain("There is no fit to diagnose.");
    for (const text of ["No profile likelihoods", "No pairs of bootstrap draws", "Not refitted without each run"])
      expect(none).toContain(text);
  });

  it("cuts the coordinates of paths to tenths of a px, and nothing else", () => {
    const paths = [...page.matchAll(/ d="([^"]*)"/g)].map(([, d]) => d).join(" ");
    expect(paths).not.toMatch(/\.\d\d/);
    expect(paths).toMatch(/\d\.\d[,LVHZ]/);
    expect(page).toMatch(/cx="\d+\.\d{3,}"/);
  });

  it("has each of its contents' links lead to a heading", () => {
    const links = [...page.matchAll(/href="#([a-z]+)"/g)].map((match) => match[1]);
    expect(links.length).toBe(11);
    for (const link of links) expect(page).toContain(`id="${link}"`);
  });

  it("says nothing of isoFLOP profiles where the design asks for none", () => {
    const { isoflopProfiles: _, optimumScaling: __, ...figures } = model.figures;
    const page = renderReport({ ...model, isoflop: false, budgets: [], figures });
    expect(page).toContain("What the design can tell");
    expect(page).not.toMatch(/No isoFLOP|isoFLOP budgets|No power laws|both sides/);
  });

  it("says what is missing when a study has nothing yet", () => {
    const { forecast: _, ...rest } = model;
    const empty = renderReport({ ...rest, heldOut: [], fits: [], budgets: [], runs: [], warnings: [], figures: {} });
    expect(empty).toContain("No forecast was checked");
    expect(empty).toContain("No isoFLOP profiles");
    expect(empty).toContain("No runs yet");
    expect(empty).not.toMatch(/NaN|undefined/);
  });
});

describe("the verdict", () => {
  const measured = (optimum: number | undefined, larger: number | undefined): ForecastReport => ({
    ...forecast,
    rows: forecast.rows.map(({ measured: _, ...row }) => {
      const value = row.role === "optimum" ? optimum : larger;
      return value === undefined ? row : { ...row, measured: value };
    }),
  });

  it("holds inside the interval and misses on either side of it", () => {
    const [low = 0, high = 0] = forecast.rows[0]?.interval95 ?? [];
    expect(judge(measured((low + high) / 2, 3)).tone).toBe("held");
    expect(judge(measured(high + 0.01, 3)).headline).toContain("0.010 above");
    expect(judge(measured(low - 0.02, 3)).headline).toContain("0.020 below");
    expect(judge(measured(high + 0.01, 3)).tone).toBe("missed");
  });

  it("names the winner and by how much", () => {
    expect(judge(measured(2, 2.1)).details[0]).toMatch(
      /^Chinchilla's way won by 0\.1000 nats per token, 10\.5 % in perplexity/,
    );
    expect(judge(measured(2.1, 2)).details[0]).toMatch(/^Gopher's way won by 0\.1000/);
  });

  it("calls no winner within run-to-run noise", () => {
    expect(judge(measured(2, 2.01)).details[0]).toMatch(/^Neither way won/);
  });

  it("stays open until the held-out run is done", () => {
    expect(judge(measured(undefined, 2)).tone).toBe("open");
    expect(judge(undefined).headline).toContain("holds out no budget");
    expect(judge(undefined, [3e11]).headline).toBe("No forecast is stated yet for 3×10¹¹ FLOPs.");
  });
});

describe("the html template", () => {
  it("escapes what is inserted, in text and in attributes, and not what is markup already", () => {
    expect(html`<a title="${'"><b>'}">${html`<i>${"&"}</i>`}</a>`.markup).toBe(
      '<a title="&quot;&gt;&lt;b&gt;"><i>&amp;</i></a>',
    );
  });
});
