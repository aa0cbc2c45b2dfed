// npm run bench -- train: a training step of the built-in trainer against PyTorch's, the same models, batches, threads; what a
// run's start takes; and what two runs at once come to.
//   --widths 16,64 --threads 1,2 --contexts 64,256   a part of the work (default: the widths of a ladder, 1 and 2 threads)
//   --rounds 15           turns that the two take, of which the median counts; six at least for an interval
//   --most-tokens 1024    in a batch; below that it is the one that a study takes
//   --only steps,starts,together
//   --no-torch            the built-in trainer alone
// Set PYTHON to a Python with PyTorch; a torch.compile needs a C++ compiler beside it.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { findTorch, median, medianInterval, openTorch, openTrainer, runFolderOf, workOf } from "./trainParts.mjs";

const { values: flags } = parseArgs({
  options: {
    widths: { type: "string", default: "16,32,64,128,256,512" },
    threads: { type: "string", default: "1,2" },
    contexts: { type: "string", default: "64,256" },
    rounds: { type: "string", default: "15" },
    "most-tokens": { type: "string", default: "1024" },
    only: { type: "string", default: "steps,starts,together" },
    "no-torch": { type: "boolean", default: false },
  },
});
const numbers = (list) => list.split(",").map(Number);
const [widths, contexts, rounds] = [numbers(flags.widths), numbers(flags.contexts), Number(flags.rounds)];
const wanted = flags.only.split(",");
/** Seconds of one side's turn, about. */
const TURN = 0.4;
/** Steps before the first turn: as many as a compiled PyTorch takes to warm up. */
const WARM_UP = 5;
/** Processes started one after another, of which the median counts. */
const STARTS = 9;

const python = flags["no-torch"] ? undefined : findTorch();
if (python === undefined && !flags["no-torch"]) {
  process.stderr.write(
    "isoflop bench: no Python with PyTorch.\n  Hint: pip install torch and set PYTHON, or apt-get install python3-torch; or --no-torch.\n",
  );
  process.exit(2);
}
const SPREAD = "median [95 % interval of the median] (least, most turn)";
const held = (threads) => Array.from({ length: threads }, (_, i) => i).join(",");
console.log(`${cpus()[0].model}; ${cpus().length} processors; Node ${process.version}`);

const peaks = new Map();
for (const threads of numbers(flags.threads)) {
  const trainer = openTrainer(held(threads));
  const seen = [(await trainer.ask({ peak: threads })).peak];
  await trainer.end();
  if (python) {
    const torch = openTorch(python, held(threads), threads);
    const { peak, version } = await torch.ask({ peak: threads });
    if (peaks.size === 0) console.log(`PyTorch ${version} of ${python}`);
    seen.push(peak);
    await torch.end();
  }
  peaks.set(threads, Math.max(...seen));
  const listed = seen.map((peak, i) => `${giga(peak)} ${["ONNX Runtime", "PyTorch"][i]}`);
  console.log(`Best matrix product, ${threads} thread${threads > 1 ? "s" : ""}, GFLOP/s: ${listed.join(", ")}`);
}

/** Seconds that PyTorch took from its process's start to the end of its first step, by width. */
const torchStarts = new Map();
const of = (width, context) => workOf(width, context, Number(flags["most-tokens"]));

for (const context of wanted.includes("steps") ? contexts : []) {
  for (const threads of numbers(flags.threads)) {
    console.log(`\nContext ${context}, ${threads} thread${threads > 1 ? "s" : ""}, by ${clock(threads)} time`);
    console.log(
      `${"width".padStart(6)} ${"batch".padStart(6)} | ours: ms/step  tokens/s  GFLOP/s of peak    MB (said) | PyTorch: ms/step  tokens/s  GFLOP/s of peak    MB | times as fast: ${SPREAD}`,
    );
    for (const width of widths) console.log(await compare(of(width, context), threads));
  }
}
if (wanted.includes("starts")) {
  console.log(
    `\nStart of a run, one thread, median of ${STARTS} processes, s: from the process's start until it is ready for its first step; the step comes after\n${"width".padStart(6)} | ours: by the clock  least  CPU time  first step | PyTorch: first step done`,
  );
  for (const width of widths) console.log(await start(of(width, contexts[0])));
}
if (wanted.includes("together") && cpus().length >= 2) {
  console.log(`\nTwo runs of one thread at once, against one after the other: throughput, ${SPREAD}`);
  for (const width of widths) console.log(await together(of(width, contexts[0])));
}

/** One line of the table. */
async function compare(work, threads) {
  const trainer = openTrainer(held(threads), runFolderOf(work, threads));
  await trainer.answer();
  await trainer.ask({ steps: WARM_UP });
  const predicted = await trainer.ask({ predicted: true });
  const torch = python && (await fastestTorch(work, threads));
  const steps = await stepsFor(trainer);
  const torchSteps = torch && (await stepsFor(torch));
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    // Who begins changes, so that a load that rises or falls favours neither.
    if (torch && round % 2 === 1) theirs.push(await torch.ask({ steps: torchSteps }));
    ours.push(await trainer.ask({ steps }));
    if (torch && round % 2 === 0) theirs.push(await torch.ask({ steps: torchSteps }));
  }
  await trainer.end();
  await torch?.end();
  const mine = summary(ours, steps, threads);
  const text = `${String(work.width).padStart(6)} ${String(work.tokens).padStart(6)} | ${cells(mine, work, threads)} (${mega(predicted.total)})`;
  if (!torch) return text;
  const other = summary(theirs, torchSteps, threads);
  const ratios = ours.map((turn, i) => theirs[i][clock(threads)] / torchSteps / (turn[clock(threads)] / steps));
  return `${text} | ${cells(other, work, threads)} | ${spread(ratios)} of ${torch.way}`;
}

/** On one thread what else runs on the machine is not in the CPU time; several threads are worth what the clock says. */
function clock(threads) {
  return threads === 1 ? "cpu" : "wall";
}

/** PyTorch's fastest way to train the model, found in one process and measured in another that has only it. */
async function fastestTorch(work, threads) {
  const search = openTorch(python, held(threads), threads);
  const { ways } = await search.ask({ prepare: { ...work.request, threads } });
  await search.end();
  const way = ways[0].name;
  const began = performance.now();
  const torch = openTorch(python, held(threads), threads);
  await torch.ask({ prepare: { ...work.request, threads, way } });
  if (!torchStarts.has(work.width)) torchStarts.set(work.width, (performance.now() - began) / 1e3);
  await torch.ask({ steps: WARM_UP });
  return { ...torch, way };
}

async function stepsFor(side) {
  const { wall } = await side.ask({ steps: 2 });
  return Math.max(1, Math.round(TURN / (wall / 2)));
}

function summary(turns, steps, threads) {
  const seconds = median(turns.map((turn) => turn[clock(threads)])) / steps;
  return { seconds, maxRss: turns.at(-1).maxRss };
}

function cells({ seconds, maxRss }, work, threads) {
  const share = `${((100 * work.flops) / seconds / peaks.get(threads)).toFixed(0)} %`;
  return `${(1e3 * seconds).toFixed(2).padStart(13)} ${(work.tokens / seconds).toFixed(0).padStart(9)} ${giga(work.flops / seconds).padStart(8)} ${share.padStart(7)} ${mega(maxRss).padStart(5)}`;
}

/** One line of the starts; PyTorch's is the one that was compared above, its compiled code in the cache. */
async function start(work) {
  const folder = runFolderOf(work, 1);
  const [walls, cpu, first] = [[], [], []];
  for (let i = 0; i < STARTS; i++) {
    const began = performance.now();
    const trainer = openTrainer(held(1), folder);
    cpu.push((await trainer.answer()).cpu);
    walls.push((performance.now() - began) / 1e3);
    first.push((await trainer.ask({ steps: 1 })).wall);
    await trainer.end();
  }
  const text = `${String(work.width).padStart(6)} | ${median(walls).toFixed(2).padStart(18)} ${Math.min(...walls)
    .toFixed(2)
    .padStart(6)} ${median(cpu).toFixed(2).padStart(9)} ${median(first).toFixed(3).padStart(11)}`;
  const torch = torchStarts.get(work.width);
  return torch === undefined ? text : `${text} | ${torch.toFixed(1).padStart(24)}`;
}

/**
 * Throughput of two runs at once over that of one after the other, each on a processor of its own: by their own CPU time,
 * which leaves out what else runs on the machine but not what they cost each other, and by the clock, until the later ends.
 */
async function together(work) {
  const sides = ["0", "1"].map((processor) => openTrainer(processor, runFolderOf(work, 1)));
  for (const side of sides) {
    await side.answer();
    await side.ask({ steps: WARM_UP });
  }
  const steps = await stepsFor(sides[0]);
  const [byCpu, byWall] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const alone = [await sides[0].ask({ steps }), await sides[1].ask({ steps })];
    const both = await Promise.all(sides.map((side) => side.ask({ steps })));
    byCpu.push(alone[0].cpu / both[0].cpu + alone[1].cpu / both[1].cpu);
    byWall.push((alone[0].wall + alone[1].wall) / Math.max(both[0].wall, both[1].wall));
  }
  await Promise.all(sides.map((side) => side.end()));
  return `${String(work.width).padStart(6)} by CPU time ${spread(byCpu)}; by the clock ${spread(byWall)}`;
}

/** Median, its interval, and the turns at both ends. */
function spread(values) {
  const interval = medianInterval(values);
  const list = (ends) => ends.map((end) => end.toFixed(2)).join(", ");
  const known = interval ? `[${list(interval)}]` : "[too few turns]";
  return `${median(values).toFixed(2)}x ${known} (${list([Math.min(...values), Math.max(...values)])})`;
}

function giga(flops) {
  return (flops / 1e9).toFixed(1);
}

function mega(bytes) {
  return (bytes / 1e6).toFixed(0);
}
