import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

interface Lock {
  readonly packages: Readonly<Record<string, { readonly optionalDependencies?: Readonly<Record<string, string>> }>>;
}

/** Where node looks for a dependency of the package at `path`, nearest first. */
function candidates(path: string, dependency: string): string[] {
  const levels = path.split("/node_modules/");
  const inside = levels.map(
    (_, i) => `${levels.slice(0, levels.length - i).join("/node_modules/")}/node_modules/${dependency}`,
  );
  return [...inside, `node_modules/${dependency}`];
}

test("the lock file names the binaries of every platform, so that npm ci works on all of them", () => {
  const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")) as Lock;
  const wanted = Object.entries(lock.packages).flatMap(([path, { optionalDependencies }]) =>
    Object.keys(optionalDependencies ?? {}).map((dependency) => ({ path, dependency })),
  );
  expect(wanted.length).toBeGreaterThan(20);
  const missing = wanted.filter(
    ({ path, dependency }) => !candidates(path, dependency).some((candidate) => candidate in lock.packages),
  );
  expect(missing).toEqual([]);
});
