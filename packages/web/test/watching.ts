import type { Page } from "playwright-core";

/** What the live study's view shows at a moment. */
export interface Glance {
  /** Status by a run's name. */
  readonly runs: Readonly<Record<string, string>>;
  readonly ended: number;
  /** "about 2 min 3 s left …" */
  readonly left: string | undefined;
  readonly curves: number;
  /** Points of the curve in the panel of the run that is open. */
  readonly points: number | undefined;
  /** Runs that the laws are fitted to. */
  readonly fitted: number | undefined;
  /** Exponents by their approaches, as they are printed. */
  readonly exponents: Readonly<Record<string, string>>;
  readonly frontier: boolean;
  /** Held-out runs of which something is forecast. */
  readonly forecasts: number;
}

/** What the page keeps of its own past while it is watched. */
interface Kept {
  readonly glances: Glance[];
  readonly violations: string[];
}

/** Looks at the page four times a second, in the page: what it shows in between is no business of a test that may be slow. */
export async function keepWatch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const kept: Kept = { glances: [], violations: [] };
    Object.assign(globalThis, { kept });
    addEventListener("securitypolicyviolation", ({ violatedDirective }) => kept.violations.push(violatedDirective));
    const textOf = (selector: string): string => document.querySelector(selector)?.textContent ?? "";
    const labelOf = (selector: string): string => document.querySelector(selector)?.getAttribute("aria-label") ?? "";
    const first = (text: string): number | undefined => {
      const found = /\d+/.exec(text)?.[0];
      return found === undefined ? undefined : Number(found);
    };
    setInterval(() => {
      const rows = [...document.querySelectorAll(".runs tbody tr")];
      const facts = [...document.querySelectorAll(".exponents > div")];
      kept.glances.push({
        runs: Object.fromEntries(
          rows.map((row) => [
            row.querySelector("th button")?.textContent ?? "",
            row.querySelector(".status")?.lastChild?.textContent ?? "",
          ]),
        ),
        ended: first(textOf(".progress .said strong")) ?? 0,
        left: [...document.querySelectorAll(".progress .said span")]
          .map(({ textContent }) => textContent ?? "")
          .find((text) => /^about .* left/.test(text)),
        curves: first(labelOf(".curves canvas[role=img]")) ?? 0,
        points: first(/over \d+/.exec(labelOf(".panel svg.line"))?.[0] ?? ""),
        fitted: first(/Fitted to the \d+/.exec(textOf(".profiles"))?.[0] ?? ""),
        exponents: Object.fromEntries(
          facts.map((fact) => [
            fact.querySelector("dt")?.textContent ?? "",
            fact.querySelector("dd")?.firstChild?.textContent ?? "",
          ]),
        ),
        forecasts: document.querySelectorAll(".forecast tbody tr").length,
        frontier: document.querySelector(".swatch.frontier") !== null,
      });
    }, 250);
  });
}

/** What was seen so far, and what the page's policy forbade. It is gone where the page was loaded anew. */
export const seenOn = (page: Page): Promise<Kept> =>
  page.evaluate(() => (globalThis as unknown as { readonly kept: Kept }).kept);

/** "about 2 min 3 s left" in seconds. */
export function secondsOf(text: string): number {
  const of = (unit: string): number => Number(new RegExp(`(\\d+) ${unit}\\b`).exec(text)?.[1] ?? 0);
  return 86_400 * of("d") + 3600 * of("h") + 60 * of("min") + of("s");
}

/** One after another, without repetitions. */
export const changesOf = <T>(values: readonly T[]): T[] => values.filter((value, i) => value !== values[i - 1]);
