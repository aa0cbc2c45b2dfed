import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  crc32c,
  endEvent,
  hyperparametersEvent,
  openEventFile,
  scalarsEvent,
  startEvent,
} from "@isoflop/trainer/tracking";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { TrackedPoint } from "../source.js";
import { scalarOfTensor } from "./tensor.js";
import { tensorboard } from "./tensorboard.js";

const fixtures = fileURLToPath(new URL("../fixtures", import.meta.url));
const loss = (step: number) => 2 + 8 / (step + 1);
const steps = Array.from({ length: 21 }, (_, i) => 10 * i);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-tensorboard-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(path: string) {
  const run = await tensorboard.open(path);
  const points: TrackedPoint[] = [];
  for await (const point of run.series()) points.push(point);
  const of = (key: string) => points.filter((point) => point.key === key);
  return { run, points, of, notices: run.notices?.() ?? [] };
}

/** The planted series, to the precision of the 32-bit numbers in which it is written. */
function expectPlanted(points: readonly TrackedPoint[], planted = loss, at = steps): void {
  expect(points.map(({ step }) => step)).toEqual(at);
  for (const { step, value, time } of points) {
    expect(value).toBe(Math.fround(planted(step)));
    expect(time).toBe(1.7e9 + step);
  }
}

describe("TensorBoard's event files", () => {
  it("of tensorboardX give every scalar of every file, with its hyperparameters and its end", async () => {
    const { run, of, notices } = await read(join(fixtures, "tensorboardx"));
    const inBoth = [...steps.filter((step) => step <= 120), ...steps.filter((step) => step > 100)];
    expectPlanted(of("train/loss"), loss, inBoth);
    expectPlanted(of("train/tokens"), (step) => 4096 * step, inBoth);
    expectPlanted(of("val/loss"), (step) => loss(step) + 0.1, [0, 50, 100, 150, 200]);
    expect(of("hparam/last").map(({ value }) => value)).toEqual([Math.fround(loss(200))]);
    expect(run.config).toMatchObject({ n_layer: 2, lr: 0.001, activation: "gelu", bias: true });
    expect(run.state).toBe("finished");
    expect(notices).toEqual([]);
  });

  it("of TensorFlow 2, whose scalars are tensors, are one run of train and validation", async () => {
    const { of, points } = await read(join(fixtures, "tensor-scalars"));
    expectPlanted(of("train/epoch_loss"));
    expectPlanted(of("validation/epoch_loss"), (step) => loss(step) + 0.1);
    expect(points).toHaveLength(42);
    expect(await tensorboard.recognises(join(fixtures, "tensor-scalars", "train"))).toBe(false);
    expect(await tensorboard.recognises(join(fixtures, "tensorboardx", "1700000300.5"))).toBe(false);
  });

  it("of PyTorch are read in both of its styles", async () => {
    const { of } = await read(join(fixtures, "torch"));
    expectPlanted(of("train/loss"));
    expect(of("train/lr").map(({ value }) => value)).toEqual(steps.map(() => Math.fround(0.001)));
  });

  it("of the built-in trainer say the run's name, its settings and how it ended, however long it is", async () => {
    const home = join(folder, "tensorboard");
    const log = openEventFile(home);
    log.append(startEvent(1.7e9, 1));
    log.append(hyperparametersEvent(1.7e9, "id", { name: "N1k-D20k-s0", "parameters.total": 1000 }));
    for (let step = 1; step <= 200; step++) log.append(scalarsEvent(1.7e9 + step, step, { "train/loss": loss(step) }));
    log.close();
    expect((await tensorboard.open(home)).state).toBeUndefined();
    const ending = openEventFile(home);
    ending.append(endEvent(1.7e9 + 201, "failed"));
    ending.close();
    const { run, points } = await read(home);
    expect([run.name, run.state, points.length]).toEqual(["N1k-D20k-s0", "failed", 200]);
    expect(run.config).toMatchObject({ "parameters.total": 1000 });
  });

  it("hold up to where a later file's session starts, as TensorBoard has it", async () => {
    for (const [start, values] of [
      [1, [1, 2, 3, 4, 5]],
      [3, [30, 40, 50, 60, 70]],
      [6, [600]],
    ] as const) {
      const file = openEventFile(folder);
      file.append(startEvent(1.7e9, start));
      for (const [i, loss] of values.entries()) file.append(scalarsEvent(1.7e9 + i, start + i, { loss }));
      if (start === 1) file.append(scalarsEvent(1.7e9 + 9, 5, { "val/loss": 9 }));
      file.close();
    }
    const { points } = await read(folder);
    expect(points.map(({ key, step, value }) => [key, step, value])).toEqual(
      [1, 2, 30, 40, 50, 600].map((value, i) => ["loss", i + 1, value]),
    );
  });

  it("cut at any byte give what is whole before it, and say so", async () => {
    const name = "events.out.tfevents.1700000000.host.torch";
    const bytes = await readFile(join(fixtures, "torch", name));
    const { points: all } = await read(join(fixtures, "torch"));
    let [most, told] = [0, 0];
    for (let size = 0; size < bytes.length; size += 7) {
      await writeFile(join(folder, name), bytes.subarray(0, size));
      const { points, notices } = await read(folder);
      expect(points).toEqual(all.slice(0, points.length));
      expect(points.length).toBeGreaterThanOrEqual(most);
      most = points.length;
      if (notices.length > 0) {
        told++;
        expect(notices.join()).toMatch(/record \d+ at byte \d+: the file ends within a record/);
      }
    }
    expect(most).toBeGreaterThan(60);
    expect(told).toBeGreaterThan(400);
  });

  it("with a damaged record lose that record, and say which", async () => {
    const { points: all } = await read(join(fixtures, "torch"));
    await cp(join(fixtures, "torch"), folder, { recursive: true });
    const [name = ""] = await readdir(folder);
    const bytes = await readFile(join(folder, name));
    const at = bytes.indexOf("train/tokens", 600);
    bytes[at] = 0x54;
    await writeFile(join(folder, name), bytes);
    const { points, notices } = await read(folder);
    expect(points).toHaveLength(all.length - 1);
    expect(notices).toEqual([expect.stringMatching(/record \d+ at byte \d+: a record does not fit its checksum/)]);
  });

  it("know the checksum of RFC 3720, and scalars of every type", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
    // dtype (field 1), then tensor_content (field 4).
    const tensor = (type: number, content: number[]) => Uint8Array.from([8, type, 34, content.length, ...content]);
    expect(scalarOfTensor(tensor(1, [0, 0, 192, 63]))).toBe(1.5);
    expect(scalarOfTensor(tensor(2, [0, 0, 0, 0, 0, 0, 248, 63]))).toBe(1.5);
    expect(scalarOfTensor(tensor(3, [254, 255, 255, 255]))).toBe(-2);
    expect(scalarOfTensor(tensor(9, [254, 255, 255, 255, 255, 255, 255, 255]))).toBe(-2);
    expect(scalarOfTensor(tensor(14, [192, 63]))).toBe(1.5);
    expect(scalarOfTensor(tensor(19, [0, 62]))).toBe(1.5);
    // float_val (5) packed; int64_val (10); two elements are no scalar.
    expect(scalarOfTensor(Uint8Array.from([8, 1, 42, 4, 0, 0, 192, 63]))).toBe(1.5);
    expect(scalarOfTensor(Uint8Array.from([8, 9, 82, 2, 172, 2]))).toBe(300);
    expect(scalarOfTensor(Uint8Array.from([8, 1, 18, 4, 18, 2, 8, 2, 34, 8, 0, 0, 192, 63, 0, 0, 192, 63]))).toBe(
      undefined,
    );
  });
});
