import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Listening, listen } from "../../lab/src/server/listen.js";
import type { Served } from "../../lab/src/server/served.js";
import type { Pace } from "../../lab/src/server/studyRoutes.js";

const CHROMIUM = process.env.ISOFLOP_CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser to test in. CI has one: there its absence is a failure. */
export const haveChromium = existsSync(CHROMIUM);
if (!haveChromium) {
  if (process.env.CI === "true") throw new Error(`CI needs a Chromium: there is none at ${CHROMIUM}.`);
  process.stderr.write(`no Chromium at ${CHROMIUM} (ISOFLOP_CHROMIUM names another): its tests are skipped\n`);
}

/** How long a page is waited for, ms, and no longer than that a test hangs: a machine may be slow, and do other things. */
const PATIENCE_MS = 120_000;

/** A browser whose pages are waited for. */
export async function launch(): Promise<Browser> {
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--no-sandbox"],
    timeout: PATIENCE_MS,
  });
  browser.on("context", (context) => context.setDefaultTimeout(PATIENCE_MS));
  return browser;
}

/** Waits until the page has drawn what it knows: after a render its effects run behind the next frame, and a figure is drawn in the one after that. */
export const drawn = (page: Page): Promise<void> =>
  page.evaluate(async () => {
    for (let frame = 0; frame < 6; frame++)
      await new Promise<void>((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  });

/** The built pages, served at a port that is free. */
export const serveBuilt = (studies: readonly Served[], pace?: Pace): Promise<Listening> =>
  listen({
    studies,
    ...(pace && { pace }),
    host: "127.0.0.1",
    port: 0,
    webFolder: fileURLToPath(new URL("../../lab/dist/web/", import.meta.url)),
  });

/** Keeps what goes wrong in a page: what it throws, and the errors of its console. */
export function noteFaults(page: Page, faults: string[]): void {
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
}

/** What axe-core finds wrong with a page as it is shown: nothing, one line each. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    const found = await inPage.run(document, { resultTypes: ["violations"] });
    return found.violations.map(
      ({ id, help, nodes }) => `${id}: ${help} (${nodes.map(({ target }) => target.join(" ")).join("; ")})`,
    );
  });
}
