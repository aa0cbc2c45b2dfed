import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "@isoflop/laws";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-report-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** E + A/N^alpha + B/D^beta of Hoffmann et al. 2022, equation 2, with made-up constants. */
const law = (N: number, D: number) => 1.7 + 400 / N ** 0.34 + 410 / D ** 0.28;

/** A CSV of isoFLOP profiles with a little seeded noise. */
async function writeTable(): Promise<string> {
  const random = createRandom(1);
  const rows = [1e17, 3e17, 1e18, 3e18, 1e19].flatMap((C) => {
    // Its optimum, equation 4.
    const best = ((0.34 * 400) / (0.28 * 410)) ** (1 / 0.62) * (C / 6) ** (0.28 / 0.62);
    return [0.3, 0.5, 0.8, 1.2, 2, 3.2].map((times, i) => {
      const N = best * times;
      const loss = law(N, C / (6 * N)) * (1 + 0.002 * (random.uniform() - 0.5));
      return `run <b>${i}</b> at ${C},${N},${C / (6 * N)},${C},${loss}`;
    });
  });
  const path = join(folder, "runs.csv");
  await writeFile(path, `name,N,D,budget,loss\n${rows.join("\n")}\nbroken,1e6,1e9,1e17,\n`);
  return path;
}

async function writeRuns(): Promise<string> {
  for (const [i, [N, D]] of [1e6, 3e6, 1e7, 3e7]
    .flatMap((n) => [2e8, 6e8, 2e9].map((d) => [n, d] as const))
    .entries()) {
    const path = join(folder, "runs", `run ${i}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "config.json"), JSON.stringify({ n_params: N }));
    const lines = Array.from({ length: 20 }, (_, k) => {
      const tokens = (D * (k + 1)) / 20;
      return JSON.stringify({ step: k + 1, tokens, "train/loss": law(N, tokens) - 0.01, "val/loss": law(N, tokens) });
    });
    await writeFile(join(path, "metrics.jsonl"), lines.join("\n"));
  }
  const broken = join(folder, "runs", "without a loss");
  await mkdir(broken);
  await writeFile(join(broken, "metrics.jsonl"), '{"step":1,"lr":0.1}\n');
  const imported = join(folder, "imported");
  expect((await command("import", join(folder, "runs"), "--to", imported)).code).toBe(0);
  return imported;
}

describe("isoflop report", () => {
  it("makes of a table what fit makes of it, with figures, the backtest's optimum, dropped rows and escaped names", async () => {
    const table = await writeTable();
    const page = join(folder, "page.html");
    const told = await command("report", table, "--where", "name <> 'it''s'", "--bootstrap", "50", "--to", page);
    expect(told).toMatchObject({ code: 0, stdout: `${page}\n` });
    const text = await readFile(page, "utf8");
    for (const figure of ["isoflop-profiles", "optimum-scaling", "loss-contours", "residuals", "backtest-errors"]) {
      expect(text.includes(`isoflop-figure isoflop-${figure}`), figure).toBe(true);
    }
    expect(text).toContain("No training curves");
    expect(text).toMatch(/At 10¹⁹ FLOPs, the most that any of these runs took, the best model has [\d.]+M \[/);
    expect(text).toContain("run &lt;b&gt;0&lt;/b&gt; at");
    expect(text).not.toContain("<b>");
    expect(text).toContain("row 31");
    expect(text).toContain("isoflop report ");
    expect(text).toContain("&#39;name &lt;&gt; &#39;\\&#39;&#39;it");
    const fit = await command("fit", table, "--approach", "3", "--bootstrap", "50", "--json");
    const { alpha } = JSON.parse(fit.stdout).fits[0].parameters;
    expect(text).toContain(alpha.toFixed(3));
    expect(await readdir(folder)).toEqual(["page.html", "runs.csv"]);
  });

  it("writes an imported folder's into it, with its curves, names and what the import has dropped", async () => {
    const imported = await writeRuns();
    const told = await command("report", imported, "--bootstrap", "30", "--json");
    const page = join(imported, "report.html");
    expect(told.code).toBe(0);
    expect(JSON.parse(told.stdout)).toMatchObject({ report: page });
    const text = await readFile(page, "utf8");
    expect(text).toContain("12 training curves");
    expect(text).toContain("run 7");
    expect(text).toMatch(/without a loss.*no loss was logged/s);
    expect(await readdir(join(imported, "figures"))).toContain("training-curves.svg");
    // Neither is in the way of what comes after.
    expect((await command("import", join(folder, "runs"), "--to", imported)).code).toBe(0);
    expect((await command("report", imported, "--bootstrap", "0")).code).toBe(0);
    expect(await readFile(page, "utf8")).toContain("It has no interval");
  });

  it("says where it may not write, and replaces nothing but a report", async () => {
    const table = await writeTable();
    expect(await command("report", table)).toMatchObject({ code: 2, stderr: expect.stringContaining("--to") });
    const page = join(folder, "mine.html");
    await writeFile(page, "<!doctype html><p>mine</p>");
    const refused = await command("report", table, "--to", page, "--bootstrap", "0");
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining("is no report of isoflop") });
    expect(await readFile(page, "utf8")).toBe("<!doctype html><p>mine</p>");
    expect(await command("report", table, "--to", folder)).toMatchObject({ code: 2 });
    expect(await command("report", join(folder, "nowhere"))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("There is no study"),
    });
    expect(existsSync(join(folder, "report.html"))).toBe(false);
  });

  it("says what is missing where no procedure can be fitted", async () => {
    const table = join(folder, "two.csv");
    await writeFile(table, "N,D,loss\n1e6,1e9,3\n2e6,1e9,2.9\n");
    const page = join(folder, "two.html");
    expect((await command("report", table, "--to", page)).code).toBe(0);
    expect(await readFile(page, "utf8")).toContain("No optimum can be told from these runs.");
  });
});

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const epoch = join(shared, "data/epoch-chinchilla/chinchilla_points_clean.csv");
if (!existsSync(epoch)) console.warn(`${epoch} not found: set ISOFLOP_SHARED to report published runs.`);

describe.skipIf(!existsSync(epoch))("the report of the published runs of Hoffmann et al. 2022", () => {
  it("has the exponents of Besiroglu et al. 2024", async () => {
    const page = join(folder, "epoch.html");
    const told = await command("report", epoch, "--where", "dropped = 0", "--bootstrap", "40", "--to", page);
    expect(told.code).toBe(0);
    const text = await readFile(page, "utf8");
    // Besiroglu et al. 2024, table 1 (alpha 0.3478, beta 0.3658), at the exact minimum of their objective.
    expect(text).toContain(">0.347 <");
    expect(text).toContain(">0.367 <");
    expect(text).toContain("isoflop-residuals");
  });

  it("has a checklist that says what the fit is, and that a table says nothing of how they were trained", async () => {
    const told = await command("report", epoch, "--where", "dropped = 0", "--bootstrap", "0", "--checklist", "--json");
    const { sections, of, answered } = JSON.parse(told.stdout);
    const items = sections.flatMap(
      (section: { items: { id: string; status: string; answers: string[] }[] }) => section.items,
    );
    const item = (id: string) => items.find((one: { id: string }) => one.id === id);
    expect(item("training.models").answers[0]).toMatch(/^240 runs of 140 sizes/);
    expect(item("fitting.points").answers).toContain("Approach 3: 240 observations");
    expect(item("extraction.left-out").answers[0]).toBe("those that do not satisfy --where dropped = 0");
    expect(item("fitting.validation").answers[0]).toMatch(/^backtest: in \d+ forecasts/);
    // Intervals were not asked for.
    expect(item("fitting.uncertainty").status).toBe("gap");
    for (const id of ["learning-rate", "data", "optimiser", "batch", "software"]) {
      expect(item(`training.${id}`).status, id).toBe("gap");
    }
    expect(answered).toBeLessThan(of / 2 + 1);
  });
});
