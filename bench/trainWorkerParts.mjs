// The built-in trainer's side of `npm run bench -- train`: takes the requests of train_torch.py, answers as it does.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createBatches } from "../packages/trainer/dist/data/batches.js";
import { openTokens } from "../packages/trainer/dist/data/tokenFile.js";
import { measureMatmul } from "../packages/trainer/dist/devices/matmulSpeed.js";
import { initialParameters } from "../packages/trainer/dist/model/initialise.js";
import { parameterGroups } from "../packages/trainer/dist/model/parameters.js";
import { trainingMemory } from "../packages/trainer/dist/training/memory.js";
import { emptyState } from "../packages/trainer/dist/training/state.js";
import { createTrainingStep } from "../packages/trainer/dist/training/trainingStep.js";

const folder = mkdtempSync(join(tmpdir(), "isoflop-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const answers = {
  async peak({ peak: threads }) {
    return { peak: (await measureMatmul("cpu", threads, 1)).flopsPerSecond };
  },
  /** All that a run does up to its first step, and that step; the tokens wait in a file, as they do for a run. */
  async prepare({ prepare: { shape, sequences, threads, tokens, optimizer, parametrisation } }) {
    writeFileSync(join(folder, "train.bin"), Uint8Array.from(tokens));
    const spec = {
      shape,
      parametrisation,
      optimizer,
      seed: 1,
      batch: { sequences, microSequences: sequences, tokens: sequences * shape.context },
      runtime: { threads, device: "cpu", precision: "float32" },
    };
    const began = performance.now();
    const groups = parameterGroups(shape, parametrisation);
    const next = createBatches(openTokens(folder, "train", tokens.length, 1), { ...shape, sequences, seed: spec.seed });
    const takeStep = createTrainingStep(spec);
    const state = emptyState(groups);
    initialParameters(
      groups,
      spec.seed,
      state.groups.map(({ parameters }) => parameters.elements),
    );
    const batch = new Int32Array(sequences * (shape.context + 1));
    let done = 0;
    const step = async () => {
      next(++done, batch);
      return (await takeStep(state, done, batch, optimizer.learningRate)).loss;
    };
    answers.steps = async ({ steps }) => {
      const [wall, cpu] = [performance.now(), process.cpuUsage()];
      let loss = 0;
      for (let i = 0; i < steps; i++) loss = await step();
      const { user, system } = process.cpuUsage(cpu);
      const maxRss = process.resourceUsage().maxRSS * 1024;
      return { cpu: (user + system) / 1e6, wall: (performance.now() - wall) / 1e3, loss, maxRss };
    };
    await step();
    const startUp = (performance.now() - began) / 1e3;
    // As many steps as a compiled PyTorch takes to warm up.
    for (let i = 0; i < 5; i++) await step();
    return { startUp, predicted: trainingMemory(spec) };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const kind = Object.keys(request)[0];
  process.stdout.write(`${JSON.stringify(await answers[kind](request))}\n`);
}
