import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

const CHROMIUM = process.env.ISOFLOP_CHROMIUM ?? "/usr/bin/chromium";

/** Whether there is a browser to test in. CI has one: there its absence is a failure. */
export const haveChromium = existsSync(CHROMIUM);
if (!haveChromium) {
  if (process.env.CI === "true") throw new Error(`CI needs a Chromium: there is none at ${CHROMIUM}.`);
  process.stderr.write(`no Chromium at ${CHROMIUM} (ISOFLOP_CHROMIUM names another): its tests are skipped\n`);
}

export const launch = (): Promise<Browser> => chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });

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
