import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A Chromium on this machine: CHROMIUM_PATH, or the first of the usual names on the PATH. */
export function findChromium(): string | undefined {
  const named = process.env.CHROMIUM_PATH;
  const candidates = (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return (named ? [named] : candidates).find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * Serves a library as an ES module to a headless browser, calls `work` (the source of a function) with it there, and
 * gives the text that it returns.
 */
export async function runInChromium(chromium: string, library: string, work: string): Promise<string> {
  const page = `<!doctype html><body><script type="module">
    import * as library from "/isoflop.js";
    const answer = document.createElement("output");
    answer.textContent = encodeURIComponent((${work})(library));
    document.body.append(answer);
  </script>`;
  const server = createServer((request, response) => {
    const script = request.url === "/isoflop.js";
    response.setHeader("content-type", script ? "text/javascript" : "text/html");
    response.end(script ? library : page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom"];
    const { stdout } = await promisify(execFile)(chromium, [...flags, `http://127.0.0.1:${port}/`], {
      maxBuffer: 2 ** 28,
      timeout: 150_000,
    });
    const answer = /<output>([^<]*)<\/output>/.exec(stdout)?.[1];
    if (answer === undefined) throw new Error(`The page gave no answer: ${stdout.slice(0, 500)}`);
    return decodeURIComponent(answer);
  } finally {
    server.close();
  }
}
