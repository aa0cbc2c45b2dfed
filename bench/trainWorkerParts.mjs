// The built-in trainer's side of `npm run bench -- train`: starts the run of a folder as packages/trainer/src/command.ts does,
// says when it is ready, then takes the requests of train_torch.py and answers as it does.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseRunSpec } from "../packages/trainer/dist/contract/parseRunSpec.js";
import { startRun } from "../packages/trainer/dist/training/start.js";

const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
/** Seconds of all processors since `since`, or since the process started. */
const cpuSeconds = (since) => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};
const answers = {
  async peak({ peak: threads }) {
    const { measureMatmul } = await import("../packages/trainer/dist/devices/matmulSpeed.js");
    return { peak: (await measureMatmul("cpu", threads, 1)).flopsPerSecond };
  },
};

const folder = process.argv[2];
if (folder !== undefined) {
  const path = join(folder, "run.json");
  const spec = parseRunSpec(path, JSON.parse(readFileSync(path, "utf8")));
  const { nextBatch, takeStep, state } = await startRun(folder, spec);
  answer({ cpu: cpuSeconds() });
  const batch = new Int32Array(spec.batch.sequences * (spec.shape.context + 1));
  let done = 0;
  answers.steps = async ({ steps }) => {
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    let loss = 0;
    for (let i = 0; i < steps; i++) {
      nextBatch(++done, batch);
      loss = (await takeStep(state, done, batch, spec.optimizer.learningRate)).loss;
    }
    const maxRss = process.resourceUsage().maxRSS * 1024;
    return { cpu: cpuSeconds(cpu), wall: (performance.now() - wall) / 1e3, loss, maxRss };
  };
  answers.predicted = async () => {
    const { trainingMemory } = await import("../packages/trainer/dist/training/memory.js");
    return trainingMemory(spec);
  };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  answer(await answers[Object.keys(request)[0]](request));
}
