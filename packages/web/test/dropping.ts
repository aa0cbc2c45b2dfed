import type { Page } from "playwright-core";

export interface Dropped {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** Drops files onto the page, as a file manager does: over it first, then let go. */
export async function drop(page: Page, files: readonly Dropped[]): Promise<void> {
  const packed = files.map(({ name, content }) => ({ name, base64: Buffer.from(content).toString("base64") }));
  const transfer = await page.evaluateHandle((given) => {
    const data = new DataTransfer();
    for (const { name, base64 } of given) {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([bytes], name));
    }
    return data;
  }, packed);
  await page.dispatchEvent("body", "dragover", { dataTransfer: transfer });
  await page.locator(".drop-over").waitFor();
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
  await page.locator(".drop-over").waitFor({ state: "detached" });
}

/** Every address that the page, its workers among them, asks for from now on. */
export function requestsOf(page: Page): string[] {
  const asked: string[] = [];
  page.context().on("request", (request) => asked.push(request.url()));
  return asked;
}

/** Waits for a view, whatever it shows. */
export async function viewShown(page: Page, name: string): Promise<void> {
  await page.locator("nav a[aria-current=page]").filter({ hasText: name }).waitFor();
  await page.locator('main[aria-busy="false"]').waitFor();
}
