// npm run bench -- train: a training step of the built-in trainer against PyTorch's, the same models, batches, threads.
//   --widths 16,64 --threads 1,2 --contexts 64,256   a part of the work (default: the widths of a ladder, 1 and 2 threads)
//   --rounds 7            turns that the two take, of which the median counts
//   --most-tokens 1024    in a batch; below that it is the one that a study takes
//   --no-torch            the built-in trainer alone
// Set PYTHON to a Python with PyTorch; a torch.compile needs a C++ compiler beside it.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { findTorch, median, openTorch, openTrainer, workOf } from "./trainParts.mjs";

const { values: flags } = parseArgs({
  options: {
    widths: { type: "string", default: "16,32,64,128,256,512" },
    threads: { type: "string", default: "1,2" },
    contexts: { type: "string", default: "64,256" },
    rounds: { type: "string", default: "7" },
    "most-tokens": { type: "string", default: "1024" },
    "no-torch": { type: "boolean", default: false },
  },
});
const numbers = (list) => list.split(",").map(Number);
const rounds = Number(flags.rounds);
/** Seconds of one side's turn, about. */
const TURN = 0.4;

const python = flags["no-torch"] ? undefined : findTorch();
if (python === undefined && !flags["no-torch"]) {
  process.stderr.write(
    "isoflop bench: no Python with PyTorch.\n  Hint: pip install torch and set PYTHON, or apt-get install python3-torch; or --no-torch.\n",
  );
  process.exit(2);
}
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

for (const context of numbers(flags.contexts)) {
  for (const threads of numbers(flags.threads)) {
    console.log(`\nContext ${context}, ${threads} thread${threads > 1 ? "s" : ""}`);
    console.log(
      `${"width".padStart(6)} ${"batch".padStart(6)} | ours: ms/step  tokens/s  GFLOP/s of peak    MB (said)  start | PyTorch: ms/step  tokens/s  GFLOP/s of peak    MB  start | ours/PyTorch`,
    );
    for (const width of numbers(flags.widths)) {
      console.log(await compare(workOf(width, context, Number(flags["most-tokens"])), threads));
    }
  }
}
console.log("\nTwo runs of one thread at once, against one: throughput");
for (const width of numbers(flags.widths)) {
  if (cpus().length < 2) break;
  const gain = await together(workOf(width, numbers(flags.contexts)[0], Number(flags["most-tokens"])));
  console.log(`${String(width).padStart(6)} ${gain.toFixed(2)}x`);
}

/** One line of the table. */
async function compare(work, threads) {
  const trainer = openTrainer(held(threads));
  const { startUp, predicted } = await trainer.ask({ prepare: { ...work.request, threads } });
  const torch = python && (await fastestTorch(work, threads));
  const steps = await stepsFor(trainer);
  const torchSteps = torch && (await stepsFor(torch));
  const [ours, theirs] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(await trainer.ask({ steps }));
    if (torch) theirs.push(await torch.ask({ steps: torchSteps }));
  }
  await trainer.end();
  await torch?.end();
  const mine = summary(ours, steps, threads);
  const text = `${String(work.width).padStart(6)} ${String(work.tokens).padStart(6)} | ${cells(mine, work, threads)} (${mega(predicted.total)}) ${startUp.toFixed(2).padStart(5)} s`;
  if (!torch) return text;
  const other = summary(theirs, torchSteps, threads);
  const ratios = ours.map((turn, i) => theirs[i][clock(threads)] / torchSteps / (turn[clock(threads)] / steps));
  return `${text} | ${cells(other, work, threads)} ${torch.startUp.toFixed(1).padStart(5)} s | ${median(ratios).toFixed(2)}x [${Math.min(...ratios).toFixed(2)}, ${Math.max(...ratios).toFixed(2)}] of ${torch.way}`;
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
  const torch = openTorch(python, held(threads), threads);
  const { startUp } = await torch.ask({ prepare: { ...work.request, threads, way: ways[0].name } });
  return { ...torch, way: ways[0].name, startUp };
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

/** Throughput of two runs at once over that of one, each on a processor of its own and by its own CPU time. */
async function together(work) {
  const [first, second] = [openTrainer("0"), openTrainer("1")];
  for (const side of [first, second]) await side.ask({ prepare: { ...work.request, threads: 1 } });
  const steps = await stepsFor(first);
  const gains = [];
  for (let round = 0; round < rounds; round++) {
    const alone = (await first.ask({ steps })).cpu;
    const [a, b] = await Promise.all([first.ask({ steps }), second.ask({ steps })]);
    gains.push(alone / a.cpu + alone / b.cpu);
  }
  await Promise.all([first.end(), second.end()]);
  return median(gains);
}

function giga(flops) {
  return (flops / 1e9).toFixed(1);
}

function mega(bytes) {
  return (bytes / 1e6).toFixed(0);
}
