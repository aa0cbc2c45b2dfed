import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp } from "./app.js";
import type { Asset } from "./assets.js";
import { openServed } from "./served.js";

const HOST = "127.0.0.1:4173";
const SECRET = "of-nobody-else";
const page: Asset = { type: "text/html", body: new Uint8Array([60]), gzipped: new Uint8Array([1]), immutable: false };

let folder: string;
let app: ReturnType<typeof createApp>;
let key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-sites-"));
  await writeFile(join(folder, "runs.csv"), `run,N,D,loss\n${SECRET},1e6,2e7,3\n`);
  const studies = await openServed([join(folder, "runs.csv")]);
  key = studies[0]?.key ?? "";
  const assets = new Map([
    ["/", page],
    ["/assets/index.js", page],
  ]);
  app = createApp({ studies, assets, access: { hosts: new Set([HOST]) } });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ROUTES = [
  ["GET", "/"],
  ["GET", "/assets/index.js"],
  ["GET", "/nothing"],
  ["GET", "/api/studies"],
  ["GET", "/api/studies/:key"],
  ["GET", "/api/studies/:key/events"],
  ["GET", "/api/studies/:key/observations"],
  ["GET", `/api/studies/:key/runs/${SECRET}`],
  ["POST", "/api/studies/:key/control"],
  ["POST", "/api/studies"],
  ["POST", "/"],
] as const;
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

/** What a browser says of a request that another site's page makes it send, whatever that page does. */
const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  ...["cors", "no-cors", "same-origin", "websocket"].flatMap((mode) =>
    ["cross-site", "same-site"].map((site) => ({ "sec-fetch-site": site, "sec-fetch-mode": mode })),
  ),
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "something new", "sec-fetch-mode": "navigate" },
  // In a frame, or an object, of its page.
  ...["iframe", "frame", "embed", "object", "fencedframe"].map((dest) => ({
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": dest,
  })),
  ...[
    "http://evil.example",
    "https://127.0.0.1:4173",
    "http://127.0.0.1",
    "http://127.0.0.1:41730",
    "http://127.0.0.1:4173.evil.example",
    "http://user@127.0.0.1:4173",
    "http://localhost:4173",
    "null",
    "file://",
    "",
  ].map((origin) => ({ origin })),
  { origin: "http://evil.example", "sec-fetch-site": "same-origin" },
];

const ask = (method: string, path: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
  Promise.resolve(
    app.request(`http://${HOST}${path.replace(":key", key)}`, {
      method,
      headers: { host: HOST, "content-type": "application/json", ...headers },
      ...(method === "POST" ? { body: '{"action":"cancel"}' } : {}),
    }),
  );

describe.each(ROUTES)("another site's page gets nothing of %s %s", (own, path) => {
  it.each(METHODS)("by %s, whatever it says of itself", async (method) => {
    for (const headers of FOREIGN) {
      const answer = await ask(method, path, headers);
      expect(answer.status, JSON.stringify(headers)).toBe(403);
      expect(await answer.text()).not.toContain(SECRET);
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
    }
  });

  it("while the page itself, and a program, get what there is", async () => {
    for (const headers of [
      {},
      { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors", origin: `http://${HOST}` },
    ]) {
      const answer = await ask(own, path, headers);
      expect(answer.status).not.toBe(403);
      await answer.body?.cancel();
    }
  });
});

it("a link on another site opens a page in a tab of its own, and no part of the API", async () => {
  const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
  expect((await ask("GET", "/", link)).status).toBe(200);
  for (const [, path] of ROUTES.filter(([, route]) => route.startsWith("/api"))) {
    expect((await ask("GET", path, link)).status).toBe(403);
    expect((await ask("POST", path, link)).status).toBe(403);
  }
});
