// biome-ignore lint/style/noRestrictedImports: the server's sources are files; the page itself reads none.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { JAPANESE_REFUSALS, JAPANESE_UNCHANGED } from "./japaneseServer.js";

const lab = new URL("../../../lab/src/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, lab), "utf8");
const matches = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);

it("has a Japanese sentence for every code by which the server refuses what the page may ask", () => {
  const server = readdirSync(new URL("server/", lab))
    .filter((name) => name.endsWith(".ts") && !name.includes(".test."))
    .map((name) => read(`server/${name}`))
    .join("");
  const codes = [
    ...matches(server, /refuse\(\s*context,\s*\d+,\s*"([a-z-]+)"/g),
    ...matches(read("steps/control.ts"), /code: "([a-z-]+)"/g),
  ];
  expect(codes).toEqual(expect.arrayContaining(["token", "control", "study-held"]));
  // The page asks by GET and POST, in JSON alone.
  const asked = codes.filter((code) => code !== "method" && code !== "content-type");
  for (const code of asked) expect(Object.keys(JAPANESE_REFUSALS)).toContain(code);
});

it("has every reason why an order leaves a run as it was", () => {
  const told = matches(read("steps/control.ts"), /reason: ["`]([^"`]+)["`]/g).flatMap((reason) =>
    ["done", "diverged", "paused", "cancelled"].flatMap((status) => {
      if (/\{status\}/.test(reason) && status !== "done" && status !== "diverged") return [];
      if (/\{own\}/.test(reason) && status !== "paused" && status !== "cancelled") return [];
      return reason.replace(/\$\{\w+\}/, status);
    }),
  );
  expect([...new Set(told)].sort()).toEqual(Object.keys(JAPANESE_UNCHANGED).sort());
});
