// npm run bench -- fit: Approach 3 on the 240 points of Besiroglu et al. 2024, this library against SciPy, on one core.
//   --starts 450 --resamples 400   a part of SciPy's work, extrapolated to the whole (default: the whole, some minutes)
//   --repeat 25                    runs of ours, of which the median counts; the first, cold one is told besides
//   --no-scipy                     ours alone
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { fitParametric } from "../packages/laws/dist/index.js";
import { checkRefits, epochPoints, planted, refitting, runScipy } from "./fitParts.mjs";

const { values: flags } = parseArgs({
  options: {
    starts: { type: "string", default: "4500" },
    resamples: { type: "string", default: "4000" },
    repeat: { type: "string", default: "25" },
    "no-scipy": { type: "boolean", default: false },
  },
});
const GRID = 4500;
const RESAMPLES = 4000;

const found = epochPoints();
const records = found ?? planted(240);
console.log(
  `${cpus()[0].model}; Node ${process.version}; ${process.env.BENCH_ONE_CORE ? "held to one core" : "not held to one core"}`,
);
console.log(
  found
    ? "Data: the 240 points of Besiroglu et al. 2024"
    : "Data: 240 synthetic points (set ISOFLOP_SHARED to a folder with data/epoch-chinchilla for the published ones)",
);

/** Wall and CPU seconds of a work; the least of what else runs on the machine is in the CPU time. */
function timed(work) {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  const result = work();
  const used = process.cpuUsage(cpu);
  return { result, wall: (performance.now() - wall) / 1e3, cpu: (used.user + used.system) / 1e6 };
}

/** The run of median CPU time, after a first one that also compiles. */
function measured(work) {
  const first = timed(work);
  const runs = Array.from({ length: Number(flags.repeat) }, () => timed(work)).sort((p, q) => p.cpu - q.cpu);
  return { ...runs[Math.floor(runs.length / 2)], cold: first.cpu };
}

const seconds = (value) =>
  value < 0.01
    ? `${(value * 1e3).toPrecision(3)} ms`
    : value < 10
      ? `${value.toPrecision(3)} s`
      : `${value.toFixed(0)} s`;
const line = (what, { wall, cpu, cold }, more = "") =>
  console.log(
    `  ${what.padEnd(58)} ${seconds(cpu).padStart(8)} CPU ${seconds(wall).padStart(8)} wall${cold === undefined ? "" : ` (first run ${seconds(cold)})`}${more}`,
  );

console.log("\nThis library");
const search = measured(() => fitParametric(records, { resamples: 0 }));
line("(a) best optimum, by variable projection", search);
const grid = measured(() => fitParametric(records, { resamples: 0, starts: "hoffmann-grid" }));
const reached = grid.result.diagnostics;
line("(a) the same, from all 4,500 starts", grid, `, ${reached.startsAtOptimum} of ${reached.starts} reached it`);
const both = measured(() => fitParametric(records, { resamples: RESAMPLES }));
line("(a) + (b) 4,000 bootstrap refits and all diagnostics", both);
const bothExhaustive = { cpu: both.cpu - search.cpu + grid.cpu, wall: both.wall - search.wall + grid.wall };
line("(a) + (b), from all 4,500 starts", bothExhaustive);
console.log(`  objective ${search.result.objective} by projection, ${grid.result.objective} by the grid`);

if (!flags["no-scipy"]) {
  const scipy = runScipy(records, Number(flags.starts), Number(flags.resamples));
  const whole = (part, count, all) => ({ cpu: (part.cpu * all) / count, wall: (part.wall * all) / count });
  const theirs = {
    grid: whole(scipy.grid, scipy.starts, GRID),
    epoch: whole(scipy.epoch, scipy.resamples, RESAMPLES),
    numerical: whole(scipy.numerical, scipy.resamples, RESAMPLES),
    warm: whole(scipy.warm, scipy.resamples, RESAMPLES),
  };
  const part = (count, all) => (count === all ? "" : `, EXTRAPOLATED from ${count} of ${all}`);
  console.log(`\nSciPy ${scipy.scipy}`);
  line(
    "(a) L-BFGS-B, numerical gradient, 4,500 starts",
    theirs.grid,
    `${part(scipy.starts, GRID)}; ${scipy.startsWithin1e6} of ${scipy.starts} within 1e-6`,
  );
  line("(b) 4,000 refits: BFGS, exact gradient (as Epoch)", theirs.epoch, part(scipy.resamples, RESAMPLES));
  line("(b) 4,000 refits: L-BFGS-B, numerical, from Hoffmann's", theirs.numerical, part(scipy.resamples, RESAMPLES));
  line("(b) 4,000 refits: L-BFGS-B, numerical, from the best point", theirs.warm, part(scipy.resamples, RESAMPLES));
  const mean = (values) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const means = [scipy.epoch, scipy.numerical, scipy.warm].map((by) => mean(by.objectives).toPrecision(5));
  console.log(`  mean objective of the refits, in this order: ${means.join(", ")} (lower is better)`);
  console.log(`  objective ${scipy.best.objective}`);

  const total = (refits) => ({ cpu: theirs.grid.cpu + refits.cpu, wall: theirs.grid.wall + refits.wall });
  const ratio = (their, our) =>
    `${(their.cpu / our.cpu).toFixed(0)}x by CPU time, ${(their.wall / our.wall).toFixed(0)}x by wall time`;
  console.log("\nRatios, (a) + (b) together");
  console.log(`  against (a) + (b) as Epoch                       ${ratio(total(theirs.epoch), both)}`);
  console.log(`  against (a) + (b) from Hoffmann's constants      ${ratio(total(theirs.numerical), both)}`);
  console.log(`  against (a) + (b) from the best point            ${ratio(total(theirs.warm), both)}`);
  console.log(`  from all 4,500 starts, against (a) + (b) as Epoch ${ratio(total(theirs.epoch), bothExhaustive)}`);
  console.log(`  (a) alone                                        ${ratio(theirs.grid, search)}`);
  const { worst, worse, compared } = checkRefits(records, scipy);
  console.log("\nObjectives against SciPy's best");
  console.log(
    `  optimum: ours / SciPy's - 1 = ${(search.result.objective / scipy.best.objective - 1).toExponential(2)}`,
  );
  console.log(
    `  ${compared} refits on SciPy's own resamples: ${worse} of ours are worse (by more than 1e-9); the worst is ${worst.toExponential(2)}`,
  );
  if (search.result.objective > scipy.best.objective * (1 + 1e-9) || worse > 0) process.exitCode = 1;
}

console.log("\nCost against the number of points (a planted law with 0.5 % noise)");
for (const points of [240, 2400, 24_000, 240_000]) {
  const data = planted(points);
  const resamples = Math.max(8, Math.round(480_000 / points));
  const fit = (points > 10_000 ? timed : measured)(() => fitParametric(data, { resamples: 0 }));
  const perRefit = measured(refitting(data, resamples)).cpu / resamples;
  console.log(
    `  ${String(points).padStart(7)} points: fit ${seconds(fit.cpu).padStart(8)} (${((fit.cpu / points) * 1e6).toFixed(1)} us a point), ` +
      `refit ${seconds(perRefit).padStart(8)} (${((perRefit / points) * 1e6).toFixed(2)} us a point)`,
  );
}
