import { readFileSync } from "node:fs";
import { ALIASES, FIELDS, LOSS_UNITS } from "@isoflop/laws/observations";
import { expect, it } from "vitest";

const page = readFileSync(new URL("../../../../docs/reading-runs.md", import.meta.url), "utf8");

it("docs/reading-runs.md lists the names of columns as they are", () => {
  const shown = { parameters: "N", tokens: "D", flops: "C", id: "run" } as Readonly<Record<string, string>>;
  const rows = FIELDS.map((field) => {
    const names = ALIASES[field].map((name) => `\`${name}\``).join(", ");
    return `| ${shown[field] ?? field} | ${names} |`;
  });
  const table = page.slice(page.indexOf("| quantity | names |"), page.indexOf("A loss is also any column"));
  expect(table.trim().split("\n").slice(2)).toEqual(rows);
  for (const { names } of LOSS_UNITS)
    expect(names.some((name) => page.replaceAll("_", "").includes(`\`${name}\``))).toBe(true);
});
