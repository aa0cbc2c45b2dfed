// Along which axes do published runs drift off Approach 3's law? Restricted log-likelihoods of its residuals under noise alone and
// under random walks in ln N and ln D, in ln C and the offset from the optimum, and in all of ln N, ln D and the offset (docs/next.md).
// npm run build && node dev/driftAxes.mjs ../shared/data
import { join } from "node:path";
import { chinchilla, fitParametric, median, orThrow } from "../packages/laws/dist/index.js";
import { csvRows } from "./csvRows.mjs";

const folder = process.argv[2] ?? "../shared/data";
const rows = (path) => csvRows(join(folder, path));
const run = (n, d, c, loss, id) => ({
  id: String(id),
  parameters: Number(n),
  tokens: Number(d),
  flops: Number(c),
  loss: Number(loss),
});
const sets = new Map();
sets.set(
  "Besiroglu et al. 2024",
  rows("epoch-chinchilla/chinchilla_points_clean.csv")
    .filter((row) => row.dropped === "0")
    .map((row, i) => run(row.N, row.D, row.C, row.loss, i)),
);
for (const [i, row] of rows("porian-isoflop/isoflop_points.csv").entries()) {
  const name = [row.dataset, row.hparams, row.warmup, row.decay, row.param_count].join(" ");
  sets.set(name, [...(sets.get(name) ?? []), run(row.n, row.tokens, row.flops, row.loss, i)]);
}

const walk = (x, y) => (x * y > 0 ? Math.min(Math.abs(x), Math.abs(y)) : 0);
const AXES = { none: [], "N, D": ["n", "d"], "C, offset": ["c", "offset"], "N, D, offset": ["n", "d", "offset"] };

function factorise(a, n) {
  let logDeterminant = 0;
  for (let j = 0; j < n; j++) {
    for (let k = 0; k < j; k++) a[j * n + j] -= a[j * n + k] ** 2;
    const root = Math.sqrt(a[j * n + j]);
    logDeterminant += 2 * Math.log(root);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      for (let k = 0; k < j; k++) a[i * n + j] -= a[i * n + k] * a[j * n + k];
      a[i * n + j] /= root;
    }
  }
  return logDeterminant;
}
const forward = (l, right, n) => {
  const x = [...right];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= l[i * n + k] * x[k];
    x[i] /= l[i * n + i];
  }
  return x;
};
const dot = (x, y) => x.reduce((sum, v, i) => sum + v * y[i], 0);

/** Restricted log-likelihood, the noise at its best (Harville 1974). */
function restricted(covariance, columns, right, ratio) {
  const n = right.length;
  const s = Float64Array.from(covariance, (v, i) => ratio ** 2 * v + (i % (n + 1) === 0 ? 1 : 0));
  const logS = factorise(s, n);
  const z = columns.map((column) => forward(s, column, n));
  const y = forward(s, right, n);
  const p = columns.length;
  const gram = Float64Array.from({ length: p * p }, (_, i) => dot(z[Math.floor(i / p)], z[i % p]));
  const logGram = factorise(gram, p);
  const moment = forward(
    gram,
    z.map((column) => dot(column, y)),
    p,
  );
  const variance = (dot(y, y) - dot(moment, moment)) / (n - p);
  return { value: -0.5 * ((n - p) * Math.log(variance) + logS + logGram), noise: Math.sqrt(variance) };
}

console.log(
  "| runs | | none | N, D | C, offset | N, D, offset | noise, % | drift, % |\n| --- | --- | --- | --- | --- | --- | --- | --- |",
);
for (const [name, records] of sets) {
  const fit = orThrow(fitParametric(records, { resamples: 0 }));
  const p = fit.parameters;
  const places = records.map((r) => ({
    n: Math.log(r.parameters),
    d: Math.log(r.tokens),
    c: Math.log(r.flops),
    offset: Math.log(r.parameters / chinchilla.optimum(p, r.flops, fit.compute).parameters),
  }));
  const own = records.map((r) => chinchilla.gradient(p, { N: r.parameters, D: r.tokens }));
  const columns = ["E", "A", "B", "alpha", "beta"].map((key) =>
    own.map((g, i) => g[key] / chinchilla.loss(p, records[i].parameters, records[i].tokens)),
  );
  const scaled = columns.map((column) => column.map((v) => v / Math.sqrt(dot(column, column))));
  const residuals = fit.residuals.map((r) => r.logResidual);
  const limit = 3 * 1.4826 * median(residuals.map(Math.abs));
  const right = residuals.map((r) => Math.max(-limit, Math.min(limit, r)));
  const ends = Object.fromEntries(
    ["n", "d", "c"].map((axis) => [axis, Math.max(...places.map((place) => place[axis]))]),
  );
  const found = Object.values(AXES).map((axes) => {
    const covariance = places.flatMap((x) =>
      places.map((y) => axes.reduce((sum, a) => sum + walk(x[a] - (ends[a] ?? 0), y[a] - (ends[a] ?? 0)), 0)),
    );
    const ratios = axes.length === 0 ? [0] : [0, ...Array.from({ length: 16 }, (_, i) => 0.05 * 1.5 ** i)];
    return ratios
      .map((ratio) => ({ ratio, ...restricted(covariance, scaled, right, ratio) }))
      .reduce((best, one) => (one.value > best.value ? one : best));
  });
  const { ratio, noise } = found.at(-1);
  const gains = found.map(({ value }) => (value - found[0].value).toFixed(0));
  console.log(
    `| ${name} | ${records.length} | ${gains.join(" | ")} | ${(100 * noise).toFixed(2)} | ${(100 * ratio * noise).toFixed(2)} |`,
  );
}
