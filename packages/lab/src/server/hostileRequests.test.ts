import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { opened, rawRequest, received } from "./fixtures.js";
import { type Listening, listen } from "./listen.js";
import { MOST_LISTENERS } from "./live/eventStream.js";
import { openServed } from "./served.js";

const SECRET = "outside-of-all-that-is-served";
/** How long a request may take to come, where a test waits for it. */
const PATIENCE_MS = 300;

let folder: string;
let server: Listening;
let host: string;
let key: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-requests-"));
  const web = join(folder, "web");
  await mkdir(join(web, "assets"), { recursive: true });
  await writeFile(join(web, "index.html"), "<!doctype html>the page");
  await writeFile(join(folder, "secret.json"), SECRET);
  await writeFile(join(web, ".hidden"), SECRET);
  await symlink(join(folder, "secret.json"), join(web, "assets", "link.json"));
  await symlink(folder, join(web, "above"));
  await writeFile(join(folder, "runs.csv"), "run,N,D,loss\na,1e6,2e7,3\nb,2e6,2e7,2.9\n");
  const studies = await openServed([join(folder, "runs.csv")]);
  key = studies[0]?.key ?? "";
  server = await listen({ studies, host: "127.0.0.1", port: 0, webFolder: web });
  host = new URL(server.url).host;
});
afterAll(async () => {
  await server?.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (target: string, name: string = host, ...more: string[]) =>
  rawRequest(server.url, [`GET ${target} HTTP/1.1`, `Host: ${name}`, ...more]);
const post = (headers: readonly string[], body: string) =>
  rawRequest(
    server.url,
    [`POST /api/studies/${key}/control HTTP/1.1`, `Host: ${host}`, "Content-Type: application/json", ...headers],
    body,
  );
const stands = async () => expect((await get("/")).body).toContain("the page");

describe("a rebound name", () => {
  it("is none of the server's own, in whatever form they are written", async () => {
    const port = host.split(":")[1];
    for (const own of [host, `LOCALHOST:${port}`, `LocalHost:${port}`, `[::1]:${port}`]) {
      expect((await get("/api/studies", own)).status, own).toBe(200);
    }
    for (const strange of [
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `localhost.evil.example:${port}`,
      `localhost.:${port}`,
      `127.0.0.1.:${port}`,
      `user@127.0.0.1:${port}`,
      `127.0.0.1:${port}@evil.example`,
      `127.0.0.1:${port},evil.example`,
      `127.0.0.1:0${port}`,
      `0.0.0.0:${port}`,
      `127.1:${port}`,
      `2130706433:${port}`,
      `0x7f.0.0.1:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `[::]:${port}`,
      `::1:${port}`,
      "127.0.0.1",
      "localhost",
      "127.0.0.1:",
      "127.0.0.1:80",
      "",
    ]) {
      const answer = await get("/api/studies", strange);
      expect([400, 403], strange).toContain(answer.status);
      expect(answer.body).not.toContain("runs.csv");
    }
  });

  it("is not taken from elsewhere than the Host header", async () => {
    expect((await get(`http://${host}/api/studies`, "evil.example")).status).toBe(403);
    for (const header of ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-Host"]) {
      expect((await get("/api/studies", "evil.example", `${header}: ${host}`)).status).toBe(403);
    }
    expect((await rawRequest(server.url, ["GET /api/studies HTTP/1.1"])).status).toBe(400);
    expect((await rawRequest(server.url, ["GET /api/studies HTTP/1.0"])).status).toBe(403);
    const twice = await rawRequest(server.url, ["GET /api/studies HTTP/1.1", "Host: evil.example", `Host: ${host}`]);
    expect([400, 403]).toContain(twice.status);
  });
});

describe("an address", () => {
  it.each([
    "/../secret.json",
    "/..%2fsecret.json",
    "/%2e%2e/secret.json",
    "/%2e%2e%2fsecret.json",
    "/%252e%252e%252fsecret.json",
    "/..%255csecret.json",
    "/..\\secret.json",
    "/..%5csecret.json",
    "/assets/..%2f..%2fsecret.json",
    "/....//secret.json",
    "/%c0%ae%c0%ae/secret.json",
    "/secret.json%00.html",
    "/index.html%00",
    "/.hidden",
    "/assets/link.json",
    "/above/secret.json",
    "//etc/passwd",
    "/C:/windows/win.ini",
    "/file:///etc/passwd",
    "/%",
    "/%zz",
    "/%e0%a4%a",
    "/api/studies/..%2f..%2fsecret.json",
    "/api/studies/%2e%2e",
    "/api/studies/__proto__",
    "/api/studies/constructor/events",
    "/api/studies/%00",
    "/api/studies/%/runs/%",
    "/api/../../secret.json",
  ])("leads nowhere but to what is served: %s", async (path) => {
    const answer = await get(path);
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain(SECRET);
    expect(answer.body).not.toMatch(/node_modules|at [^ ]+ \(/);
    await stands();
  });

  it("outside of the server, as a proxy would be asked, leads nowhere either", async () => {
    for (const target of ["http://evil.example/secret.json", "evil.example:80", "*"]) {
      const answer = await get(target);
      expect([400, 403, 404]).toContain(answer.status);
    }
    await stands();
  });
});

describe("a method that no route knows", () => {
  it.each(["OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "PURGE", "SEARCH", "CONNECT", "BREW", "get"])(
    "is refused, and the server stands: %s",
    async (method) => {
      for (const path of ["/", "/api/studies", `/api/studies/${key}/events`, `/api/studies/${key}/control`]) {
        const answer = await rawRequest(server.url, [`${method} ${path} HTTP/1.1`, `Host: ${host}`]);
        // 0: CONNECT has no answer.
        expect([0, 400, 403, 405], `${method} ${path}`).toContain(answer.status);
        expect(answer.headers.get("access-control-allow-origin")).toBeUndefined();
      }
      await stands();
    },
  );

  it("HEAD tells what GET would, without its body, and begins no stream", async () => {
    for (const path of ["/", "/api/studies", `/api/studies/${key}`, `/api/studies/${key}/events`]) {
      const answer = await rawRequest(server.url, [`HEAD ${path} HTTP/1.1`, `Host: ${host}`]);
      expect(answer.status, path).toBe(200);
      expect(answer.body).toBe("");
    }
  });

  it("no other protocol is gone over to", async () => {
    const answer = await get("/api/studies", host, "Upgrade: websocket", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==");
    expect(answer.status).not.toBe(101);
    await stands();
  });
});

describe("more than the server takes", () => {
  it("of a body is refused, whether its length is told, hidden, or told wrongly", async () => {
    const long = JSON.stringify({ action: "pause", runs: ["x".repeat(100_000)] });
    expect((await post([`Content-Length: ${long.length}`], long)).status).toBe(413);
    const chunked = `${long.length.toString(16)}\r\n${long}\r\n0\r\n\r\n`;
    expect((await post(["Transfer-Encoding: chunked"], chunked)).status).toBe(413);
    expect((await post(["Content-Length: 999999999999"], "{}")).status).toBe(413);
    for (const length of ["-1", "1e3", "0x10", "99999999999999999999999"]) {
      expect((await post([`Content-Length: ${length}`], "{}")).status).toBe(400);
    }
    // Two lengths are how a request is hidden in another.
    expect((await post(["Content-Length: 2", "Transfer-Encoding: chunked"], chunked)).status).toBe(400);
    expect((await post(["Content-Length: 2", "Content-Length: 20"], "{}")).status).toBe(400);
    await stands();
  });

  it("of a body that is no order is refused, and changes nothing", async () => {
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    for (const body of [
      deep,
      "null",
      '{"__proto__":{"action":"pause"}}',
      "\u0000",
      '{"action":"pause","runs":{}}',
      "",
    ]) {
      const answer = await post([`Content-Length: ${Buffer.byteLength(body, "latin1")}`], body);
      expect(answer.status).toBe(400);
    }
    await stands();
  });

  it("of headers or of an address is refused", async () => {
    const long = "x".repeat(100_000);
    expect((await get(`/${long}`)).status).toBe(431);
    expect((await get("/", host, `X-Long: ${long}`)).status).toBe(431);
    expect((await get("/", host, ...Array.from({ length: 3000 }, (_, i) => `X-${i}: y`))).status).toBe(431);
    await stands();
  });

  it("of patience is refused: a request that comes byte by byte is cut off", async () => {
    const web = join(folder, "web");
    const studies = await openServed([join(folder, "runs.csv")]);
    const hurried = await listen({ studies, host: "127.0.0.1", port: 0, webFolder: web, requestMs: PATIENCE_MS });
    const { host: name } = new URL(hurried.url);
    const slow = await Promise.all([
      opened(hurried.url, "GET / HT"),
      opened(hurried.url, `GET / HTTP/1.1\r\nHost: ${name}\r\nX-Never: `),
      opened(
        hurried.url,
        `POST /api/studies/${key}/control HTTP/1.1\r\nHost: ${name}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"act`,
      ),
    ]);
    for (const socket of slow) expect(await received(socket)).toMatch(/^HTTP\/1\.1 (408|400)/);
    await hurried.close();
  });

  it("of event streams is refused, and there is room again when they are gone", async () => {
    const request = `GET /api/studies/${key}/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    const status = (text: string) => /\r\n\r\n/.test(text);
    const count = MOST_LISTENERS + 8;
    const sockets = await Promise.all(Array.from({ length: count }, () => opened(server.url, request)));
    const heads: string[] = [];
    for (const socket of sockets) {
      const head = await new Promise<string>((resolve) => {
        let text = "";
        socket.on("data", (chunk) => {
          text += String(chunk);
          if (status(text)) resolve(text);
        });
      });
      heads.push(head.slice(9, 12));
    }
    expect(heads.filter((head) => head === "200")).toHaveLength(MOST_LISTENERS);
    expect(heads.filter((head) => head === "503")).toHaveLength(8);
    await stands();
    for (const socket of sockets) socket.destroy();
    await expect
      .poll(async () => {
        const socket = await opened(server.url, request);
        const text = await received(socket, status);
        socket.destroy();
        return text.slice(9, 12);
      })
      .toBe("200");
  });
});

describe("bound to where others can reach it", () => {
  it("asks everyone for its token, which no answer repeats", async () => {
    const reachable = await listen({ studies: [], host: "0.0.0.0", port: 0, webFolder: join(folder, "web") });
    try {
      const { port, searchParams } = new URL(reachable.url);
      const token = searchParams.get("token") ?? "";
      expect(token).toMatch(/^[\w-]{32}$/);
      const local = `http://127.0.0.1:${port}/`;
      const asked = (target: string, ...headers: string[]) =>
        rawRequest(local, [`GET ${target} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...headers]);
      const wrong = `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`;
      for (const [target, ...headers] of [
        ["/"],
        ["/api/studies"],
        ["/?token="],
        [`/?token=${wrong}`],
        [`/?token=${token}x`],
        [`/?token=${wrong}&token=${token}`],
        [`/#token=${token}`],
        ["/", `Cookie: isoflop-${port}=${wrong}`],
        ["/", `Cookie: isoflop-${port}=${token.toLowerCase()}`],
        // Of another server on the same host.
        ["/", `Cookie: isoflop-1${port}=${token}`],
        ["/", `Authorization: Basic ${token}`],
        ["/", `X-Token: ${token}`],
      ] as const) {
        const answer = await asked(target, ...headers);
        expect([400, 401], `${target} ${headers}`).toContain(answer.status);
        expect(answer.body).not.toContain(token);
        expect(answer.headers.get("set-cookie")).toBeUndefined();
      }
      const open = await asked(`/?token=${token}`);
      expect(open.status).toBe(303);
      // The address that the browser keeps and tells has it no longer; nor would any link tell it.
      expect(open.headers.get("location")).toBe("/");
      expect(open.headers.get("referrer-policy")).toBe("no-referrer");
      expect(open.headers.get("cache-control")).toBe("no-store");
      const page = await asked("/", `Cookie: isoflop-${port}=${token}`);
      expect(page.body).toContain("the page");
      expect(page.body).not.toContain(token);
    } finally {
      await reachable.close();
    }
  });

  it("answers by the addresses that others know this machine by, and names one of them", async () => {
    const reachable = await listen({ studies: [], host: "0.0.0.0", port: 0, webFolder: join(folder, "web") });
    try {
      const url = new URL(reachable.url);
      expect(url.hostname).not.toBe("0.0.0.0");
      const answer = await rawRequest(`http://127.0.0.1:${url.port}/`, [
        `GET /?token=${url.searchParams.get("token")} HTTP/1.1`,
        `Host: ${url.host}`,
      ]);
      expect(answer.status).toBe(303);
    } finally {
      await reachable.close();
    }
  });
});
