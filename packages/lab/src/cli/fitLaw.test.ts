import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const epoch = join(shared, "data/epoch-chinchilla/chinchilla_points_clean.csv");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-law-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, header: string, rows: readonly (readonly (number | string)[])[]): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${header}\n${rows.map((row) => row.join(",")).join("\n")}\n`);
  return path;
}

describe("isoflop fit --law", () => {
  it("fits a curve of one variable from columns of any name, and predicts", async () => {
    const rows = Array.from({ length: 20 }, (_, i) => {
      const x = 1e3 * 1.6 ** i;
      return [x, 30 * x ** -0.4 + 0.15];
    });
    const path = await file("curve.csv", "seen,top1", rows);
    const { code, stdout } = await command(
      ...[
        "fit",
        path,
        "--law",
        "m2",
        "--columns",
        "x=seen,y=top1",
        "--bootstrap",
        "0",
        "--at",
        "x=1e9",
        "--profile",
        "--json",
      ],
    );
    expect(code).toBe(0);
    const { observations, fits, prediction } = JSON.parse(stdout);
    expect(observations).toMatchObject({ count: 20, dropped: [], columns: { x: "seen", y: "top1" } });
    expect(fits[0]).toMatchObject({ approach: "law", law: "m2", diagnostics: { residualLoss: "mse" } });
    expect(fits[0].parameters.beta).toBeCloseTo(30, 3);
    expect(fits[0].parameters.c).toBeCloseTo(-0.4, 6);
    expect(prediction.value).toBeCloseTo(30 * 1e9 ** -0.4 + 0.15, 8);
    expect(Object.keys(fits[0].profile95)).toEqual(["beta", "c", "epsInf"]);
  });

  it("derives C and M from N and D, drops what is no number, and shows a table", async () => {
    const law = (n: number, d: number) => 1.5 + (140 * (d / n) ** 0.12 + 190 * (d / n) ** -0.12) * (6 * n * d) ** -0.12;
    const rows: (number | string)[][] = [1e7, 1e8, 1e9].flatMap((n) =>
      [5, 20, 80, 320].map((m) => [n, m * n, law(n, m * n)]),
    );
    rows.push([1e9, "many", 2]);
    const path = await file("runs.csv", "params,tokens,val_loss", rows);
    const { code, stdout } = await command(
      "fit",
      path,
      "--law",
      "over-training",
      "--bootstrap",
      "30",
      "--fix",
      "E=1.5",
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/12 rows from .*; C = 6ND; M = D\/N/);
    expect(stdout).toMatch(/row 13: tokens is not a number \(many\)/);
    expect(stdout).toMatch(/^E +1\.5 +held/m);
    expect(stdout).toMatch(/^eta +0\.12 /m);
  });

  it("says what is wrong with flags and columns", async () => {
    const path = await file("runs.csv", "params,tokens,val_loss", [[1e7, 1e9, 3]]);
    const cases: [string[], RegExp][] = [
      [["--law", "nobody"], /no law named "nobody".*\n {2}hint: Known: kaplan-parameters/],
      [["--law", "m2"], /no column for x .*its columns: params, tokens, val_loss/],
      [["--law", "chinchilla", "--columns", "Q=params"], /no quantity "Q"/],
      [["--law", "chinchilla", "--columns", "N=weights"], /no column "weights"/],
      [["--law", "chinchilla", "--columns", "N"], /--columns: cannot read "N"/],
      [["--law", "chinchilla", "--fix", "alpha=much"], /alpha=much is no number/],
      [["--law", "chinchilla"], /5 free parameters; there are 1 rows/],
      [["--law", "kaplan-parameters", "--at", "D=3"], /--at needs a positive N/],
      [["--law", "chinchilla", "--approach", "3"], /--approach belongs to the approaches/],
      [["--approach", "2", "--fix", "alpha=0.3"], /--fix belongs to approach 3 and --law/],
      [["--approach", "3", "--curve", "akima"], /--curve belongs to approach 2/],
      [["--fix", "gamma=1"], /no parameter "gamma"/],
      [["--tie", "A=B"], /alpha and beta one/],
      [["--at", "N=3"], /--at belongs to --law/],
    ];
    for (const [flags, message] of cases) {
      const { code, stdout, stderr } = await command("fit", path, ...flags);
      expect({ flags, code, stdout }).toEqual({ flags, code: 2, stdout: "" });
      expect(stderr).toMatch(message);
    }
  });

  it.skipIf(!existsSync(epoch) && process.env.CI !== "true")("fits Epoch's points as Approach 3 does", async () => {
    const { stdout } = await command(
      ...[
        "fit",
        epoch,
        "--law",
        "chinchilla",
        "--loss",
        "huber",
        "--where",
        "dropped = 0",
        "--bootstrap",
        "0",
        "--json",
      ],
    );
    expect(JSON.parse(stdout).fits[0].parameters.A).toBeCloseTo(477.83, 2);
  });
});

it("isoflop laws lists every law with its source, as text and as JSON", async () => {
  const { code, stdout } = await command("laws");
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^chinchilla\n {2}L\(N, D\) = E \+ A \/ N\^alpha \+ B \/ D\^beta.*\n {2}Hoffmann et al\. 2022/m,
  );
  const { laws } = JSON.parse((await command("laws", "--json")).stdout);
  expect(laws.length).toBeGreaterThan(20);
  for (const law of laws) expect(law.source).toMatch(/arXiv/);
});

describe("isoflop plan and forecast by what fit --law wrote", () => {
  const law = (n: number, d: number) => 1.7 + 420 / n ** 0.34 + 900 / d ** 0.31;
  const noisy = (i: number) => 1 + 0.003 * Math.sin(12.9898 * (i + 1));
  const runs = () =>
    [1e7, 4e7, 1.6e8, 6.4e8].flatMap((n, i) =>
      [5, 15, 45, 135].map((m, j) => [n, m * n, law(n, m * n) * noisy(4 * i + j)]),
    );

  it("say what to train, with intervals from its draws", async () => {
    const path = await file("runs.csv", "params,tokens,val_loss", runs());
    const fit = await command("fit", path, "--law", "chinchilla", "--bootstrap", "100", "--json", "--draws");
    const kept = join(folder, "fit.json");
    await writeFile(kept, fit.stdout);
    const planned = await command("plan", "--law", kept, "--flops", "1e20", "--json");
    expect(planned.code).toBe(0);
    const { optimum, law: by } = JSON.parse(planned.stdout);
    expect(by.title).toBe("Your fit: chinchilla");
    expect(optimum.intervals95.parameters[0]).toBeLessThan(optimum.parameters);
    expect(optimum.intervals95.parameters[1]).toBeGreaterThan(optimum.parameters);
    const ahead = await command("forecast", kept, "--flops", "1e20", "--json");
    expect(ahead.code).toBe(0);
    const { forecast } = JSON.parse(ahead.stdout);
    expect(forecast.optimum).toEqual({ ...optimum, intervals95: undefined });
    expect(forecast.intervals95).toEqual(optimum.intervals95);
    expect(forecast.predictionInterval95[0]).toBeLessThan(forecast.intervals95.loss[0]);
    const text = await command("forecast", kept, "--flops", "1e20");
    expect(text.stdout).toMatch(/not backtested/);
    expect(text.stdout).toMatch(/tokens +[\d.]+B \[/);
  });

  it("forecast by a fit of an approach too", async () => {
    const path = await file("runs.csv", "params,tokens,val_loss", runs());
    const fit = await command("fit", path, "--approach", "3", "--bootstrap", "50", "--json", "--draws");
    const kept = join(folder, "fit.json");
    await writeFile(kept, fit.stdout);
    const { code, stdout } = await command("forecast", kept, "--flops", "1e20", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout).forecast).toMatchObject({ approach: "3", law: "chinchilla" });
  });

  it("forecast by runs gives Approach 3's intervals by profile likelihood too, where asked for", async () => {
    const path = await file("runs.csv", "params,tokens,val_loss", runs());
    const args = ["forecast", path, "--flops", "1e20", "--bootstrap", "30", "--profile"];
    const { procedures } = JSON.parse((await command(...args, "--json")).stdout);
    const parametric = procedures.find((one: { procedure: string }) => one.procedure === "3");
    for (const name of ["parameters", "tokens", "loss"]) {
      const [low, high] = parametric.profile95[name].interval;
      expect(low).toBeLessThan(parametric[name]);
      expect(high).toBeGreaterThan(parametric[name]);
    }
    expect((await command(...args)).stdout).toMatch(
      /By profile likelihood, 95 %:\n {2}3 parametric: N_opt \[[\d.]+[MB], /,
    );
  });

  it("where no approach fits, the reason of the one that asks for least is told", async () => {
    const path = await file("few.csv", "params,tokens,val_loss", runs().slice(0, 3));
    const { code, stderr } = await command("fit", path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/Approach 3 needs at least 6 runs; there are 3\..*\n {2}hint: Train or import more runs/);
  });

  it("refuse what cannot be answered, with what to do", async () => {
    const rows = Array.from({ length: 12 }, (_, i) => [10 ** (2 + i / 2), 3 * 10 ** (-0.1 * i) + 0.4]);
    const path = await file("curve.csv", "x,y", rows);
    const fit = await command("fit", path, "--law", "m2", "--bootstrap", "0", "--json");
    const kept = join(folder, "fit.json");
    await writeFile(kept, fit.stdout);
    const damaged = join(folder, "damaged.json");
    await writeFile(damaged, fit.stdout.replace('"law": "m2"', '"law": "chinchilla"'));
    const unknown = join(folder, "unknown.json");
    await writeFile(unknown, fit.stdout.replace('"law": "m2"', '"law": "m7"'));
    const cases: [string[], RegExp][] = [
      [["plan", "--law", kept], /m2 does not say which N and D.*\n {2}hint: Fit one that does \(chinchilla, /],
      [["forecast", kept], /m2 does not say which N and D/],
      [["forecast", kept, "--where", "x > 1"], /--where is for runs/],
      [["plan", "--law", damaged], /parameters\.E is missing/],
      [["plan", "--law", unknown], /a fit of "m7", which is no law/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await command(...args, "--flops", "1e20");
      expect(code, args.join(" ")).toBe(2);
      expect(stderr).toMatch(message);
    }
  });
});
