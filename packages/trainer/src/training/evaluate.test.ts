import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import { validationWindows } from "../data/batches.js";
import { openTokens } from "../data/tokenFile.js";
import { openSession } from "../engine/session.js";
import { tensor } from "../engine/tensor.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import { createEvaluator } from "./evaluate.js";
import { gradientModel } from "./graphs.js";
import { segmentTensors } from "./state.js";
import { tinyCorpus, tinySpec } from "./tinyRun.js";

const corpus = tinyCorpus();
writeFileSync(
  join(corpus, "validation-odd.bin"),
  Uint8Array.from({ length: 90 }, (_, i) => (i * 37) % 256),
);
const spec: RunSpec = tinySpec(corpus, { evaluation: { everySteps: 0, sequences: 37 } });
spec.data.validationBytesPerToken = 3.5;
spec.data.validationSets = [{ name: "odd", tokens: 90, bytesPerToken: 2.5 }];
const groups = parameterGroups(spec.shape, spec.parametrisation);
const parameters = segmentTensors("parameters", groups, initialParameters(groups, 1));

/** The loss that training's own graph has on windows of a set, one at a time. */
async function oneByOne(split: string, tokens: number, sequences: number): Promise<number> {
  const session = await openSession(gradientModel(spec, 1), 1);
  const windows = validationWindows(openTokens(corpus, split, tokens, 1), 16, sequences);
  let sum = 0;
  for (let at = 0; at < windows.length; at += 17) {
    const row = tensor("int32", windows.subarray(at, at + 17), [1, 17]);
    sum += ((await session.run({ ...parameters, tokens: row })).loss!.data as Float32Array)[0]!;
  }
  return (sum * 17) / windows.length;
}

test("every set's loss is the mean over its windows, however few, and bits per byte are nats over the bytes of a token", async () => {
  const losses = await createEvaluator(spec)(parameters);
  // 37 sequences are no multiple of what a call takes; the other set has 5, fewer than asked for.
  expect(losses["val/loss"]).toBeCloseTo(await oneByOne("validation", 700, 37), 5);
  expect(losses["val/odd/loss"]).toBeCloseTo(await oneByOne("validation-odd", 90, 5), 5);
  expect(losses["val/odd/loss"]).not.toBeCloseTo(losses["val/loss"], 3);
  expect(losses["val/bits_per_byte"]).toBeCloseTo(losses["val/loss"] / Math.log(2) / 3.5, 12);
  expect(losses["val/odd/bits_per_byte"]).toBeCloseTo(losses["val/odd/loss"]! / Math.log(2) / 2.5, 12);
  expect(Object.keys(losses)).toEqual(["val/loss", "val/bits_per_byte", "val/odd/loss", "val/odd/bits_per_byte"]);
});

test("a set that is too short for one window, or is not there, is refused before training", () => {
  const of = (tokens: number) => ({
    ...spec,
    data: { ...spec.data, validationSets: [{ name: "short", tokens, bytesPerToken: 1 }] },
  });
  expect(() => createEvaluator(of(10))).toThrow(/cannot read the token cache .*validation-short\.bin/);
  writeFileSync(join(corpus, "validation-short.bin"), new Uint8Array(10));
  expect(() => createEvaluator(of(10))).toThrow(/10 validation tokens hold 0 sequences/);
});
