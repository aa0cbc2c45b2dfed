import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { remedies } from "./remedies.js";

test("docs/warnings.md documents every warning that has a remedy, and no other", () => {
  const page = readFileSync(new URL("../../../../docs/warnings.md", import.meta.url), "utf8");
  const documented = [...page.matchAll(/^\| `([a-z-]+)`\s*\|/gm)].map((match) => match[1]);
  expect(documented.sort()).toEqual(Object.keys(remedies).sort());
});
