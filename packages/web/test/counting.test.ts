import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { approachesFor, DEFAULT_FITS } from "@isoflop/laws/procedures";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plantedStudy } from "../../lab/src/fixtures/plantedStudy.js";
import { command } from "../../lab/src/fixtures/testIo.js";
import { readMetrics } from "../../lab/src/runs/metrics.js";
import { observationsPage } from "../../lab/src/server/observationsPage.js";
import { openServed } from "../../lab/src/server/served.js";
import { pointStages } from "../src/fitting/stages.js";
import type { Observed } from "../src/state/observations.js";
import { type AskedCounting, recounted } from "../src/views/laws/counting.js";

let folder: string;
let study: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-counting-"));
  study = join(folder, "planted");
  await plantedStudy(study);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const observed = async (path: string): Promise<Observed> => {
  const [served] = await openServed([path]);
  if (served === undefined) throw new Error("nothing is served");
  return { ...(await observationsPage(served, readMetrics)), source: { kind: "served", key: served.key } };
};

interface Told {
  readonly fits: readonly {
    readonly law: string;
    readonly parameters: Readonly<Record<string, number>>;
    readonly exponents?: { readonly a: number };
    readonly warnings: readonly { readonly code: string; readonly message: string }[];
    readonly diagnostics: Readonly<Record<string, unknown>>;
  }[];
}

const byCli = async (path: string): Promise<Told> => {
  const { code, stdout } = await command("fit", path, "--bootstrap", "0", "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

/** The point fits that the page's worker makes of what the server tells, counted as asked. */
const byPage = ({ records, convention, choices = {}, parts = [] }: Observed): Told => {
  const question = { ...DEFAULT_FITS, approaches: approachesFor(records), resamples: 0 };
  const answers = [
    ...pointStages(
      { records, convention, choices, parts, batchTokens: {} },
      { id: 1, choices: question, leftOut: [], subject: "3", budget: 1e12, diagnostics: false },
      () => 0,
    ),
  ];
  return { fits: answers.flatMap(({ fits }) => fits) };
};

const same = (page: Told, cli: Told): void => {
  expect(cli.fits.length).toBeGreaterThanOrEqual(3);
  for (const fit of cli.fits) {
    const own = page.fits.find(({ law }) => law === fit.law);
    for (const [name, value] of Object.entries(fit.parameters))
      expect(Math.abs((own?.parameters[name] ?? Number.NaN) / value - 1), `${fit.law} ${name}`).toBeLessThan(1e-9);
    expect(own?.warnings, fit.law).toEqual(fit.warnings);
    expect(own?.diagnostics.conventionParameters).toBe(fit.diagnostics.conventionParameters);
    expect(own?.diagnostics.conventionFlops).toBe(fit.diagnostics.conventionFlops);
  }
};

const sameAs = async (counting: Required<AskedCounting>): Promise<Told> => {
  const page = byPage(recounted(await observed(study), counting));
  const file = join(study, "study.yaml");
  const text = await readFile(file, "utf8");
  try {
    await writeFile(file, `${text}counting: { parameters: ${counting.parameters}, flops: ${counting.flops} }\n`);
    same(page, await byCli(study));
  } finally {
    await writeFile(file, text);
  }
  return page;
};

describe("a study counted otherwise in the page", () => {
  it.each([
    { parameters: "total", flops: "6N" },
    { parameters: "non-embedding", flops: "6N" },
    { parameters: "total", flops: "hoffmann" },
    { parameters: "non-embedding", flops: "kaplan" },
    { parameters: "non-embedding", flops: "hoffmann" },
  ] as const)("is fitted as isoflop fit does with N $parameters and C $flops in study.yaml", async (counting) => {
    await sameAs(counting);
  });

  it("is fitted as a table of its runs with N without embeddings, where C is 6ND of that N", async () => {
    const now = recounted(await observed(study), { parameters: "non-embedding", flops: "6N-non-embedding" });
    const rows = now.records.map(({ id, parameters, tokens, loss, budget }) =>
      [id, parameters, tokens, loss, budget].join(","),
    );
    const table = join(folder, "runs.csv");
    await writeFile(table, `run,non_embedding_params,tokens,loss,budget\n${rows.join("\n")}\n`);
    const page = byPage(now);
    same(page, await byCli(table));
    const [own] = byPage(await observed(study)).fits;
    expect(page.fits[0]?.exponents?.a).not.toBeCloseTo(own?.exponents?.a ?? 0, 3);
  });
});
