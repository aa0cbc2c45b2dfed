import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const scripts = ["bench", "dev"].flatMap((folder) =>
  readdirSync(`${root}${folder}`)
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => `${folder}/${file}`),
);

test.each(scripts)("%s imports what the packages export", async (script) => {
  const text = readFileSync(`${root}${script}`, "utf8");
  for (const [, names, path] of text.matchAll(/import\s+\{([^}]*)\}\s+from\s+"(\.\.\/packages\/[^"]+)"/g)) {
    const module: object = await import(new URL(path!, `file://${root}${script}`).href);
    const wanted = names!.split(",").map((name) => name.trim().split(" as ")[0]!);
    expect(Object.keys(module)).toEqual(expect.arrayContaining(wanted.filter((name) => name !== "")));
  }
});
