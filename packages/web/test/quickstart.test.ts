import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatCount, formatFlops } from "@isoflop/figures/scales";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../../lab/src/fixtures/testIo.js";
import { quickstartStudy } from "../../lab/src/quickstart/studyFile.js";
import type { Listening } from "../../lab/src/server/listen.js";
import { openServed } from "../../lab/src/server/served.js";
import { durationOf } from "../src/views/study/progress.js";
import { haveChromium, launch, noteFaults, serveBuilt, violations } from "./browser.js";
import { changesOf, keepWatch, secondsOf, seenOn } from "./watching.js";

const PROGRAM = fileURLToPath(new URL("../../lab/dist/cli/main.js", import.meta.url));
/** Runs of the ladder, and of the budget that is forecast from it. */
const [LADDER, HELD_OUT] = [35, 2];
/** As the page resamples. */
const RESAMPLES = "400";

describe.skipIf(!haveChromium)("the quickstart", () => {
  let folder: string;
  let browser: Browser;
  let server: Listening;
  let page: Page;
  let lab: ChildProcess | undefined;
  const faults: string[] = [];
  const streams: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-quickstart-"));
    // As the verb writes it, and then takes it: a page can be open before the first run.
    await writeFile(join(folder, "study.yaml"), quickstartStudy());
    browser = await launch();
    // More often than usual: on a fast machine too a run is seen at work.
    server = await serveBuilt(await openServed([folder]), { pollMs: 400 });
    page = await (await browser.newContext({ locale: "en-US" })).newPage();
    noteFaults(page, faults);
    page.on("request", (request) => {
      if (request.url().endsWith("/events")) streams.push(request.url());
    });
  });
  afterAll(async () => {
    lab?.kill("SIGKILL");
    await browser?.close();
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("is seen live from before its first run to its end, and ends as the command line tells it", {
    timeout: 3_600_000,
  }, async () => {
    await page.goto(server.url);
    await page.getByText("There are no runs yet.").waitFor();
    await keepWatch(page);
    const started = spawn(process.execPath, [PROGRAM, "quickstart", "--out", folder], { stdio: "ignore" });
    lab = started;
    const ended = new Promise<number | null>((resolve) => started.once("close", resolve));

    // The panel of the first run that is trained, one of the longest: its curve grows there point by point.
    const running = page.getByRole("row").filter({ hasText: "running" }).first();
    // The corpus is prepared first.
    await running.waitFor({ timeout: 600_000 });
    const watched = (await running.getByRole("button").textContent()) ?? "";
    await page.getByRole("row").getByRole("button", { name: watched, exact: true }).click();
    await page.getByRole("region", { name: watched }).waitFor();
    expect(await ended).toBe(0);

    const runs = LADDER + HELD_OUT;
    await page.getByText(`${runs} of ${runs} runs have ended`).waitFor();
    await page.getByText("Every run has ended: there is nothing left to pause or to cancel.").waitFor();
    const { stdout } = await command("fit", folder, "--bootstrap", RESAMPLES, "--json");
    await expect.poll(() => shownExponents(page)).toEqual(fittedExponents(JSON.parse(stdout)));
    await expect.poll(() => shownRows(page)).toEqual(await toldRows(folder));

    await expect.poll(() => shownForecasts(page)).toEqual(await judgedForecasts(folder));
    // Approach 2 speaks of optima: the other run is forecast with L(N, D) beside it, and said to be.
    const { approach } = JSON.parse(await readFile(join(folder, "forecast.json"), "utf8")) as { approach: string };
    await page
      .getByText(`${formatFlops(1.25e12)} FLOPs, forecast by Approach ${approach} before they were trained:`)
      .waitFor();
    const others = approach === "3" ? [] : ["forecast by Approaches 2 and 3"];
    expect(await page.locator(".forecast tbody small").allTextContents()).toEqual(others);

    const { glances, violations: forbidden } = await seenOn(page);
    // Each run waited, was trained and ended, in that order; the shortest may have been trained between two looks.
    const ORDER = ["waiting", "running", "done"];
    const names = Object.keys(glances.at(-1)?.runs ?? {});
    expect(names).toHaveLength(runs);
    const courses = names.map((name) => changesOf(glances.flatMap(({ runs }) => runs[name] ?? [])));
    for (const [i, course] of courses.entries()) {
      expect(course, names[i]).toEqual(ORDER.filter((status) => course.includes(status)));
      expect(course.at(-1), names[i]).toBe("done");
    }
    expect(courses.filter((course) => course.includes("waiting")).length).toBeGreaterThan(LADDER / 2);
    expect(courses.filter((course) => course.includes("running")).length).toBeGreaterThan(LADDER / 2);
    const done = changesOf(glances.map((glance) => glance.ended));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.length).toBeGreaterThan(LADDER / 2);

    // Curves came and grew, one by one and within one.
    const curves = changesOf(glances.map((glance) => glance.curves)).filter((count) => count > 0);
    expect(curves).toEqual([...curves].sort((a, b) => a - b));
    expect(curves.length).toBeGreaterThan(LADDER / 2);
    expect(curves.at(-1)).toBe(runs);
    const points = changesOf(
      glances.flatMap((glance) => (glance.runs[watched] === "running" ? (glance.points ?? []) : [])),
    );
    // Beyond what a screen shows, a curve is thinned and grows on.
    const most = points.indexOf(Math.max(...points));
    expect(most).toBeGreaterThan(3);
    expect(points.slice(0, most + 1)).toEqual(points.slice(0, most + 1).sort((a, b) => a - b));

    // The laws were fitted again as runs ended, and the frontier was drawn before the last had.
    const fitted = changesOf(glances.flatMap((glance) => glance.fitted ?? []));
    expect(fitted.length).toBeGreaterThan(5);
    expect(fitted).toEqual([...fitted].sort((a, b) => a - b));
    expect(fitted.at(-1)).toBe(LADDER);
    const second = changesOf(glances.flatMap(({ exponents }) => exponents["a by Approach 2 (isoFLOP)"] ?? []));
    expect(new Set(second).size).toBeGreaterThan(3);
    expect(glances.some((glance) => glance.frontier && glance.ended < LADDER)).toBe(true);

    // The forecast was stated when the ladder had ended, before any held-out run had.
    expect(glances.every((glance) => glance.forecasts === 0 || glance.ended >= LADDER)).toBe(true);
    expect(glances.some((glance) => glance.forecasts === HELD_OUT && glance.ended === LADDER)).toBe(true);

    // The time left was told, and became less.
    const left = glances.flatMap((glance) =>
      glance.left === undefined || glance.ended >= LADDER ? [] : [secondsOf(glance.left)],
    );
    const third = Math.floor(left.length / 3);
    expect(third).toBeGreaterThan(3);
    expect(middle(left.slice(-third))).toBeLessThan(middle(left.slice(0, third)));

    // One connection from beginning to end, on a page that was never loaded anew.
    expect(streams).toHaveLength(1);
    expect(forbidden).toEqual([]);
    expect(await violations(page)).toEqual([]);
    expect(faults).toEqual([]);
  });
});

const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** A run's row: as the page prints what status tells. */
async function toldRows(folder: string): Promise<string[][]> {
  interface Told {
    readonly name: string;
    readonly status: string;
    readonly budget: number;
    readonly parameters: number;
    readonly tokens: number;
    readonly step: number;
    readonly steps: number;
    readonly trainLoss: number;
    readonly validationLoss: number;
    readonly wallSeconds: number;
    readonly failures: number;
  }
  const { stdout } = await command("status", folder, "--json");
  const { runs } = JSON.parse(stdout) as { readonly runs: readonly Told[] };
  const time = (seconds: number): string => {
    const { minutes, seconds: rest } = durationOf(seconds);
    return `${minutes === undefined ? "" : `${minutes} min `}${rest} s`;
  };
  const rows = runs.map((run) => [
    run.name,
    run.status,
    formatFlops(run.budget),
    formatCount(run.parameters),
    formatCount(run.tokens),
    `${run.step}/${run.steps}`,
    run.trainLoss.toFixed(4),
    run.validationLoss.toFixed(4),
    time(run.wallSeconds),
    String(run.failures),
  ]);
  return rows.sort(byName);
}

const byName = ([a = ""]: readonly string[], [b = ""]: readonly string[]): number => (a < b ? -1 : 1);

async function shownRows(page: Page): Promise<string[][]> {
  const rows = await page.locator(".runs tbody tr").evaluateAll((lines) =>
    lines.map((line) => [
      line.querySelector("th button")?.textContent ?? "",
      ...[...line.querySelectorAll("td")].map((cell) => {
        const text = cell.querySelector(".status")?.lastChild ?? cell;
        return text.textContent?.trim() ?? "";
      }),
    ]),
  );
  return rows.sort(byName);
}

/** Held-out runs: N, D, what was forecast, what was measured, and whether it held, as the page prints verification.json. */
async function judgedForecasts(folder: string): Promise<string[][]> {
  interface Judged {
    readonly parameters: number;
    readonly tokens: number;
    readonly predicted: number;
    readonly predictionInterval95: readonly [number, number];
    readonly measured: number;
    readonly held: boolean;
  }
  const text = await readFile(join(folder, "verification.json"), "utf8");
  const { budgets } = JSON.parse(text) as { readonly budgets: readonly { readonly runs: readonly Judged[] }[] };
  return budgets.flatMap(({ runs }) =>
    runs.map(({ parameters, tokens, predicted, predictionInterval95: [low, high], measured, held }) => [
      formatCount(parameters),
      formatCount(tokens),
      `${predicted.toFixed(4)} (${low.toFixed(4)}–${high.toFixed(4)})`,
      measured.toFixed(4),
      held ? "inside the interval: it held" : "outside the interval: it FAILED",
    ]),
  );
}

const shownForecasts = (page: Page): Promise<string[][]> =>
  page
    .locator(".forecast tbody tr")
    .evaluateAll((lines) =>
      lines.map((line) =>
        [...line.querySelectorAll("td")].map(
          (cell) => cell.querySelector(".status")?.lastChild?.textContent ?? cell.textContent ?? "",
        ),
      ),
    );

const APPROACHES: Readonly<Record<string, string>> = {
  "1": "Approach 1 (envelope)",
  "2": "Approach 2 (isoFLOP)",
  "3": "Approach 3 (L(N, D))",
  kaplan: "Kaplan's L(N, D)",
};

interface FitJson {
  readonly fits: readonly {
    readonly approach: string;
    readonly exponents?: { readonly a: number };
    readonly intervals95: { readonly a?: readonly [number, number] };
  }[];
}

/** Exponents by the name of their approach, as the page prints them. */
function fittedExponents({ fits }: FitJson): Record<string, string> {
  return Object.fromEntries(
    fits.flatMap(({ approach, exponents, intervals95 }) => {
      if (exponents === undefined) return [];
      const [low, high] = intervals95.a ?? [Number.NaN, Number.NaN];
      const text = `${exponents.a.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)})`;
      return [[`a by ${APPROACHES[approach]}`, text]];
    }),
  );
}

const shownExponents = (page: Page): Promise<Record<string, string>> =>
  page
    .locator(".exponents > div")
    .evaluateAll((facts) =>
      Object.fromEntries(
        facts.map((fact) => [
          fact.querySelector("dt")?.textContent ?? "",
          fact.querySelector("dd")?.firstChild?.textContent ?? "",
        ]),
      ),
    );
