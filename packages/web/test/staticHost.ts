import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export interface StaticHost {
  readonly url: string;
  readonly asked: readonly string[];
  readonly close: () => Promise<void>;
}

/** A host as plain as they come: files below one path, no headers of its own. `folder` may change from request to request. */
export async function hostStatic(path: string, folder: () => string): Promise<StaticHost> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const address = new URL(request.url ?? "/", "http://host").pathname;
    asked.push(address);
    const file = address.startsWith(path) ? address.slice(path.length) || "index.html" : undefined;
    const body = file === undefined ? undefined : await readFile(join(folder(), file)).catch(() => undefined);
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, { "Content-Type": TYPES[extname(file ?? "")] ?? "text/plain" }).end(body);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
