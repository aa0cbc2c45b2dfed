import { describe, expect, test } from "vitest";
import { createApp } from "./app.js";
import type { Asset } from "./assets.js";

const page: Asset = { type: "text/html", body: new Uint8Array([60]), gzipped: new Uint8Array([1]), immutable: false };
const assets = new Map([["/", page]]);
const HOST = "127.0.0.1:4173";
const open = createApp({ studies: [], assets, access: { hosts: new Set([HOST, "localhost:4173"]) } });
const closed = createApp({ studies: [], assets, access: { hosts: new Set([HOST]), token: "secret" } });
const ask = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}, app = open) =>
  app.request(`http://${HOST}${path}`, { ...init, headers: { host: HOST, ...headers } });
const control = (headers: Record<string, string>, body = '{"action":"pause"}') =>
  ask("/api/studies/none/control", headers, { method: "POST", body });
const JSON_TYPE = { "content-type": "application/json" };

describe("whom the server answers", () => {
  test("its own names, and no other: a rebound name reads nothing", async () => {
    expect((await ask("/api/studies")).status).toBe(200);
    expect((await ask("/api/studies", { host: "localhost:4173" })).status).toBe(200);
    for (const host of ["evil.example:4173", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:4173.evil.example", ""]) {
      const answer = await ask("/api/studies", { host });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ error: { code: "host" } });
    }
  });

  test("no request that another site's page makes", async () => {
    expect((await ask("/api/studies", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" })).status).toBe(
      403,
    );
    expect((await ask("/api/studies", { origin: "http://evil.example" })).status).toBe(403);
    expect((await ask("/api/studies", { origin: "null" })).status).toBe(403);
    expect((await control({ ...JSON_TYPE, origin: "http://127.0.0.1:9999" })).status).toBe(403);
    // A link from elsewhere may open the page, which then asks for itself.
    expect((await ask("/", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" })).status).toBe(200);
  });

  test("changes nothing by GET, nor by the forms that a page may send elsewhere", async () => {
    expect((await ask("/api/studies/none/control?action=pause")).status).toBe(404);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      expect((await control({ "content-type": type })).status).toBe(415);
    }
    for (const method of ["PUT", "DELETE", "PATCH", "OPTIONS"]) {
      expect((await ask("/api/studies", {}, { method })).status).toBe(405);
    }
    expect((await control({ ...JSON_TYPE, origin: `http://${HOST}` })).status).toBe(404);
  });

  test("no body that is longer than any it knows", async () => {
    const answer = await control(JSON_TYPE, JSON.stringify({ action: "pause", runs: ["x".repeat(100_000)] }));
    expect(answer.status).toBe(413);
  });

  test.each([
    "/../package.json",
    "/..%2f..%2fpackage.json",
    "/assets/../../server/app.js",
    "/%2e%2e/app.js",
    "/etc/passwd",
  ])("nothing outside the built pages: %s", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});

describe("with a token", () => {
  const headers = (answer: Response) => answer.headers.get("set-cookie") ?? "";

  test("is asked of everything", async () => {
    for (const path of ["/", "/api/studies", "/nothing"]) expect((await ask(path, {}, {}, closed)).status).toBe(401);
    expect((await ask("/?token=secres", {}, {}, closed)).status).toBe(401);
    expect((await ask("/", { cookie: "isoflop=wrong" }, {}, closed)).status).toBe(401);
  });

  test("opens by the address once, by a cookie that scripts and other sites do not get from then on", async () => {
    const answer = await ask("/?token=secret", {}, {}, closed);
    expect(answer.status).toBe(303);
    expect(answer.headers.get("location")).toBe("/");
    expect(headers(answer)).toMatch(/HttpOnly/);
    expect(headers(answer)).toMatch(/SameSite=Strict/);
    const cookie = headers(answer).split(";")[0]!;
    expect((await ask("/api/studies", { cookie }, {}, closed)).status).toBe(200);
    expect((await ask("/api/studies", { authorization: "Bearer secret" }, {}, closed)).status).toBe(200);
  });
});

test("every answer forbids script that is not the server's own, frames, and guessing of types", async () => {
  for (const answer of [await ask("/"), await ask("/nothing"), await ask("/", { host: "evil" })]) {
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*(unsafe|http|\*|data:)/);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
    expect(answer.headers.get("access-control-allow-origin")).toBeNull();
  }
});
