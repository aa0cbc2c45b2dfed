import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { parseAst } from "rolldown/parseAst";
import { beforeAll, describe, expect, test } from "vitest";
import { bundleLibrary, LARGEST_BUNDLE } from "../../scripts/bundle.mjs";
import { findChromium, runInChromium } from "./chromium.js";
import { plantedStudy } from "./plantedStudy.js";

const root = new URL("../../", import.meta.url);

/** What `expression` gives in a fresh Node that knows the built packages through the workspace's links. */
async function inNode(expression: string): Promise<string> {
  const script = `process.stdout.write(await (async () => (${expression}))())`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
    cwd: root,
    maxBuffer: 2 ** 28,
  });
  return stdout;
}

describe("import from isoflop in Node", () => {
  test("gives what @isoflop/laws gives", async () => {
    const names = await inNode(
      `JSON.stringify([await import("isoflop"), await import("@isoflop/laws")].map((library) => Object.keys(library)))`,
    );
    const [isoflop, laws] = JSON.parse(names) as [string[], string[]];
    expect(isoflop).toEqual(laws);
    expect(isoflop).toEqual(expect.arrayContaining(["fitParametric", "plan", "isIsoflopError", "orThrow"]));
  });
  test("starts no database and no trainer; isoflop/lab does", async () => {
    const natives = (name: string) =>
      inNode(
        `(await import("${name}"), JSON.stringify(process.report.getReport().sharedObjects.filter((file) => file.endsWith(".node"))))`,
      );
    expect(JSON.parse(await natives("isoflop"))).toEqual([]);
    expect(JSON.parse(await natives("isoflop/lab"))).not.toEqual([]);
  });
});

/** Types of the syntax, and identifiers, in a module. */
function syntaxOf(code: string): readonly [types: Set<string>, names: Set<string>] {
  const types = new Set<string>();
  const names = new Set<string>();
  const visit = (node: unknown) => {
    if (typeof node !== "object" || node === null) return;
    const { type, name } = node as { readonly type?: unknown; readonly name?: unknown };
    if (typeof type === "string") types.add(type);
    if (type === "Identifier" && typeof name === "string") names.add(name);
    Object.values(node).forEach(visit);
  };
  visit(parseAst(code));
  return [types, names];
}

type Json = number | string | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/**
 * Where two results differ by more than the last bits of exp, log and pow can make them. ECMAScript leaves these to the
 * engine, and V8 has changed them; the count of iterations follows them, so diagnostics are left out.
 */
function differences(one: Json, other: Json, path = "result"): string[] {
  if (path.endsWith(".diagnostics") || one === other) return [];
  if (typeof one === "number" && typeof other === "number") {
    const near = Math.abs(one - other) <= 1e-5 * Math.max(Math.abs(one), Math.abs(other)) + 1e-8;
    return near ? [] : [`${path}: ${one}, ${other}`];
  }
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return [`${path}: ${String(one)}, ${String(other)}`];
  }
  const [first, second] = [one, other] as readonly Readonly<Record<string, Json>>[];
  const keys = new Set([...Object.keys(first!), ...Object.keys(second!)]);
  return [...keys].flatMap((key) => differences(first![key]!, second![key]!, `${path}.${key}`));
}

describe("the bundle for browsers", () => {
  let code: string;
  let gzipped: number;
  let expected: string;
  beforeAll(async () => {
    ({ code, gzipped } = await bundleLibrary());
    expected = await inNode(`(${plantedStudy})(await import("isoflop"))`);
  });

  test("weighs at most 60 kB gzipped", () => {
    expect(LARGEST_BUNDLE).toBe(60_000);
    expect(gzipped).toBeLessThanOrEqual(LARGEST_BUNDLE);
    expect(gzipped).toBeGreaterThan(10_000);
  });
  test("the reading of loose rows is a file of its own, a quarter of that", async () => {
    const reading = await bundleLibrary("api/observations.ts");
    expect(reading.gzipped).toBeLessThanOrEqual(LARGEST_BUNDLE / 4);
    const [used] = syntaxOf(reading.code);
    expect([...used].filter((type) => /^Import|^MetaProperty/.test(type))).toEqual([]);
    expect(reading.code).not.toContain("node:");
    const { toObservations } = (await import(`data:text/javascript,${encodeURIComponent(reading.code)}`)) as {
      readonly toObservations: (rows: readonly object[]) => { readonly records: readonly object[] };
    };
    expect(toObservations([{ params: "70M", tokens: 1.4e9, val_loss: 3.2 }]).records).toMatchObject([
      { parameters: 7e7, tokens: 1.4e9, flops: 6 * 7e7 * 1.4e9, loss: 3.2 },
    ]);
    const errors = (rows: unknown) => toObservations(rows as object[]) as unknown as { readonly code: string };
    expect(errors("runs.csv").code).toBe("bad-table");
  });
  test("the fit of any law is a file of its own, half of that", async () => {
    const laws = await bundleLibrary("anyLaw.ts");
    expect(laws.gzipped).toBeLessThanOrEqual(LARGEST_BUNDLE / 2);
    expect(laws.code).not.toContain("node:");
    type Fit = { readonly parameters: Readonly<Record<string, number>> };
    const { fitLaw, m1 } = (await import(`data:text/javascript,${encodeURIComponent(laws.code)}`)) as {
      readonly m1: object;
      readonly fitLaw: (law: object, rows: readonly object[], options: object) => Fit;
    };
    const rows = [1e3, 1e4, 1e5, 1e6].map((x) => ({ inputs: { x }, y: 5 * x ** -0.3 }));
    const { parameters } = fitLaw(m1, rows, { resamples: 0 });
    expect(
      Object.values(parameters)
        .map((value) => Math.abs(value))
        .sort(),
    ).toEqual([expect.closeTo(0.3, 6), expect.closeTo(5, 4)]);
  });
  test("imports nothing, and names nothing of Node", () => {
    const [types, names] = syntaxOf("import('x'); process.exit()");
    expect(types.has("ImportExpression") && names.has("process")).toBe(true);
    const [used, named] = syntaxOf(code);
    expect([...used].filter((type) => /^Import|^MetaProperty/.test(type))).toEqual([]);
    expect(["require", "process", "Buffer", "global", "__dirname"].filter((name) => named.has(name))).toEqual([]);
    expect(code).not.toContain("node:");
  });
  test("the planted study is worth comparing: it has fits, intervals and an error with its row", () => {
    const result = JSON.parse(expected);
    expect(result.fits[2].parameters.alpha).toBeCloseTo(0.34, 1);
    expect(result.fits[2].draws.rows).toHaveLength(40);
    expect(result.forecast.intervals95.parameters[0]).toBeGreaterThan(0);
    expect(result.error).toMatchObject({ code: "bad-record", rows: [{ row: 29 }] });
  });
  test("gives the same bits as Node in a context that has no globals but the language's", () => {
    const exported = /export\{([^}]*)\};?\s*$/.exec(code);
    expect(exported).not.toBeNull();
    const entries = exported![1]!.split(",").map((entry) => {
      const [local, name = local] = entry.split(" as ");
      return `${name}:${local}`;
    });
    const script = `(()=>{${code.slice(0, exported!.index)}return(${plantedStudy})({${entries.join(",")}})})()`;
    // Compared before it is expected: a difference would print megabytes.
    expect(runInContext(script, createContext({})) === expected).toBe(true);
  });

  test("a difference of one part in ten thousand would be seen", () => {
    const { plan } = JSON.parse(expected);
    const other = structuredClone(plan);
    other.optimum.intervals95.tokens[1] *= 1.0001;
    expect(differences(plan, other)).toHaveLength(1);
    expect(differences(plan, { ...plan, notes: [] })).not.toEqual([]);
  });

  const chromium = findChromium();
  if (chromium === undefined && process.env.CI === "true") throw new Error("CI installs Chromium; there is none.");
  test.skipIf(chromium === undefined)(
    "gives in Chromium what it gives in Node (skipped where none is installed: apt-get install chromium, or CHROMIUM_PATH)",
    async () => {
      const result = await runInChromium(chromium!, code, String(plantedStudy));
      expect(differences(JSON.parse(result), JSON.parse(expected))).toEqual([]);
    },
  );
});
