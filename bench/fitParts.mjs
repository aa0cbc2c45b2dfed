import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { parametricProblem, searchMinima } from "../packages/laws/dist/fit/parametricFit.js";
import { linearise, newLinearisation, rowsOf } from "../packages/laws/dist/fit/parametricObjective.js";
import { createRefit } from "../packages/laws/dist/fit/parametricRefits.js";
import { chinchilla, createRandom } from "../packages/laws/dist/index.js";

/** Epoch's 240 points; undefined where the data are not there. */
export function epochPoints() {
  const shared = process.env.ISOFLOP_SHARED ?? new URL("../../shared", import.meta.url).pathname;
  const path = `${shared}/data/epoch-chinchilla/chinchilla_points_clean.csv`;
  if (!existsSync(path)) return undefined;
  const [header, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const names = header.split(",");
  return lines
    .map((text) => Object.fromEntries(text.split(",").map((cell, i) => [names[i], cell])))
    .filter((row) => row.dropped === "0")
    .map((row, i) => ({ id: String(i), parameters: +row.N, tokens: +row.D, flops: +row.C, loss: +row.loss }));
}

/** Runs spread as Epoch's are, of the law of Besiroglu et al. 2024, with 0.5 % noise. */
export function planted(points) {
  const random = createRandom(1);
  const law = { E: 1.817, A: 477.8, B: 2143, alpha: 0.3473, beta: 0.3672 };
  return Array.from({ length: points }, (_, i) => {
    const parameters = 6e7 * 270 ** random.uniform();
    const flops = 1.5e18 * 8000 ** random.uniform();
    const tokens = flops / (6 * parameters);
    const loss = chinchilla.loss(law, parameters, tokens) * Math.exp(0.005 * random.normal());
    return { id: String(i), parameters, tokens, flops, loss };
  });
}

/** Runs fit_scipy.py with a Python that has SciPy. */
export function runScipy(records, starts, resamples) {
  const input = JSON.stringify({
    N: records.map((r) => r.parameters),
    D: records.map((r) => r.tokens),
    L: records.map((r) => r.loss),
  });
  const script = new URL("fit_scipy.py", import.meta.url).pathname;
  const pythons = [process.env.PYTHON, "python3", "/usr/bin/python3"].filter((python) => python !== undefined);
  const python = pythons.find((name) => spawnSync(name, ["-c", "import numpy, scipy"]).status === 0);
  if (python === undefined) {
    console.error(
      "isoflop bench: no Python with SciPy.\n  Hint: apt-get install python3-scipy, or pip install scipy and set PYTHON; or --no-scipy.",
    );
    process.exit(2);
  }
  const args = [script, "--starts", String(starts), "--resamples", String(resamples)];
  const { status, stdout, stderr } = spawnSync(python, args, { input, encoding: "utf8", maxBuffer: 1e9 });
  if (status !== 0) {
    console.error(`isoflop bench: ${python} fit_scipy.py failed.\n${stderr}`);
    process.exit(1);
  }
  return JSON.parse(stdout);
}

/** A work of so many refits of random resamples; the first fit is made beforehand. */
export function refitting(records, resamples) {
  const problem = parametricProblem(records, { loss: "huber", delta: 1e-3, fixed: {}, tied: false });
  const refit = createRefit(problem.data, searchMinima(problem, 1)[0].theta, problem.model, problem.delta);
  const counts = new Float64Array(records.length);
  const shifts = new Float64Array(records.length);
  return () => {
    const random = createRandom(0);
    for (let k = 0; k < resamples; k++) {
      counts.fill(0);
      for (let i = 0; i < records.length; i++) counts[random.integer(records.length)]++;
      refit(counts, shifts);
    }
  };
}

/** Our refits of the very resamples that SciPy drew: how many end above the best of SciPy's three. */
export function checkRefits(records, { draws, epoch, numerical, warm }) {
  const problem = parametricProblem(records, { loss: "huber", delta: 1e-3, fixed: {}, tied: false });
  const best = searchMinima(problem)[0];
  const refit = createRefit(problem.data, best.theta, problem.model, problem.delta);
  const counts = new Float64Array(records.length);
  const at = newLinearisation(records.length);
  let worst = Number.NEGATIVE_INFINITY;
  let worse = 0;
  draws.forEach((draw, k) => {
    counts.fill(0);
    for (const i of draw) counts[i]++;
    const theta = refit(counts, new Float64Array(records.length));
    const ours = theta ? linearise(rowsOf(problem.data, counts), theta, problem.delta, at) : Number.POSITIVE_INFINITY;
    const excess = ours / Math.min(...[epoch, numerical, warm].map((by) => by.objectives[k])) - 1;
    worst = Math.max(worst, excess);
    if (excess > 1e-9) worse++;
  });
  return { worst, worse, compared: draws.length };
}
