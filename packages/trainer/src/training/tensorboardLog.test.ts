import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test, vi } from "vitest";
import { asDouble, asFloat, asInteger, asText, innerFields, wireFields } from "../tracking/protobufWire.js";
import { runSettings } from "../tracking/runSettings.js";
import { startEvent } from "../tracking/tensorboard/event.js";
import * as files from "../tracking/tensorboard/eventFile.js";
import { readMetrics } from "./metricsFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "./tinyRun.js";
import { train } from "./train.js";

/** A disk that takes so many more events. */
const disk = vi.hoisted(() => ({ room: Number.POSITIVE_INFINITY }));
vi.mock("../tracking/tensorboard/eventFile.js", async (importActual) => {
  const actual = await importActual<typeof import("../tracking/tensorboard/eventFile.js")>();
  const openEventFile = (folder: string): files.EventFile => {
    const file = actual.openEventFile(folder);
    const append = (event: Uint8Array) => {
      if (disk.room-- < 1) throw new Error("ENOSPC: no space left on device, write");
      file.append(event);
    };
    return { ...file, append };
  };
  return { ...actual, openEventFile };
});

const corpus = tinyCorpus();
const spec = tinySpec(corpus, { logging: { tensorboard: true } });
const never = new AbortController().signal;

/** A signal that is found aborted once it has been asked so often: before every step. */
function abortedAfter(questions: number): AbortSignal {
  let asked = 0;
  return {
    get aborted() {
      return asked++ >= questions;
    },
  } as AbortSignal;
}

type Series = Record<string, [number, number, number][]>;

/** The events of every file, one after the other, those after a session's start in place of what was there. */
function read(folder: string): { readonly series: Series; readonly starts: number[]; readonly written: number } {
  const series: Series = {};
  const starts: number[] = [];
  let written = 0;
  for (const file of files.eventFiles(join(folder, "tensorboard"))) {
    const bytes = readFileSync(file);
    for (let at = 0; at < bytes.length; ) {
      const end = at + 12 + bytes.readUInt32LE(at);
      const event = bytes.subarray(at + 12, end);
      expect(bytes.subarray(at, end + 4).equals(files.framed(event))).toBe(true);
      let [time, step] = [0, 0];
      for (const field of wireFields(event)) {
        if (field.number === 1) time = asDouble(field);
        else if (field.number === 2) step = asInteger(field);
        else if (field.number === 7) {
          starts.push(step);
          for (const [tag, points] of Object.entries(series)) series[tag] = points.filter(([old]) => old < step);
        } else if (field.number === 5) {
          for (const value of innerFields(field)) {
            const fields = new Map([...innerFields(value)].map((part) => [part.number, part]));
            const scalar = fields.get(2);
            if (scalar === undefined) continue;
            written++;
            const tag = asText(fields.get(1)!);
            series[tag] = [...(series[tag] ?? []), [step, asFloat(scalar), time]];
          }
        }
      }
      at = end + 4;
    }
  }
  return { series, starts, written };
}

/** metrics.jsonl as series, in the 32 bits of event files. */
function metricsOf(folder: string): Record<string, [number, number][]> {
  const series: Record<string, [number, number][]> = {};
  for (const { step, ...values } of readMetrics(join(folder, "metrics.jsonl"))) {
    for (const [tag, value] of Object.entries(values)) {
      series[tag] = [...(series[tag] ?? []), [step, Math.fround(value as number)]];
    }
  }
  return series;
}

const untimed = (series: Series) =>
  Object.fromEntries(
    Object.entries(series).map(([tag, points]) => [tag, points.map(([step, value]) => [step, value])]),
  );

/** The same numbers, whatever was logged of them beside metrics.jsonl. */
function numbers(folder: string) {
  const { wallSeconds: _, sessions: __, ...result } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  return { result, lines: readMetrics(join(folder, "metrics.jsonl")).map(({ time: ___, ...line }) => line) };
}

/** A run that stopped at step 10, was cut off after step 25 with the checkpoint of step 10, and went to its end. */
async function resumedRun(before: (folder: string) => void = () => {}): Promise<string> {
  const folder = tinyRunFolder(spec);
  await train(folder, spec, abortedAfter(10));
  const kept = mkdtempSync(join(tmpdir(), "isoflop-kept-"));
  cpSync(join(folder, "checkpoint"), kept, { recursive: true });
  await train(folder, spec, abortedAfter(15));
  rmSync(join(folder, "checkpoint"), { recursive: true });
  cpSync(kept, join(folder, "checkpoint"), { recursive: true });
  before(folder);
  await train(folder, spec, never);
  return folder;
}

test("a run's event files have every number of metrics.jsonl, at times as far apart", async () => {
  const folder = tinyRunFolder(spec);
  await train(folder, spec, never);
  const { series, starts } = read(folder);
  expect(untimed(series)).toEqual(metricsOf(folder));
  expect(Object.keys(series)).toEqual(expect.arrayContaining(["train/loss", "val/loss", "lr", "grad_norm", "tokens"]));
  expect(starts).toEqual([1]);
  const lines = readMetrics(join(folder, "metrics.jsonl"));
  const [, , began] = series["train/loss"]![0]!;
  for (const [i, [, , time]] of series["train/loss"]!.entries()) {
    expect(time - began).toBeCloseTo(lines[i]!.time - lines[0]!.time, 4);
  }
});

test("after a stop and a step back, what is trained again takes the place of what was logged", async () => {
  const folder = await resumedRun();
  const { series, starts, written } = read(folder);
  expect(starts).toEqual([1, 11, 11]);
  expect(untimed(series)).toEqual(metricsOf(folder));
  // Steps 11 to 25 are there twice: the file of the session that was cut off is left as it was.
  expect(written).toBeGreaterThan(Object.values(series).flat().length + 15 * 6);
});

test("where an earlier session's events are lost or cut off, the next file tells all from the first step", async () => {
  const lost = await resumedRun((folder) => rmSync(join(folder, "tensorboard"), { recursive: true }));
  const cut = await resumedRun((folder) => {
    const [first] = files.eventFiles(join(folder, "tensorboard"));
    writeFileSync(first!, readFileSync(first!).subarray(0, -100));
  });
  expect(read(lost).starts).toEqual([1]);
  expect(untimed(read(lost).series)).toEqual(metricsOf(lost));
  // Read by itself: a file that ends within an event has no next one for the reader of this test.
  const [first] = files.eventFiles(join(cut, "tensorboard"));
  rmSync(first!);
  expect(read(cut).starts).toEqual([11, 1]);
  expect(untimed(read(cut).series)).toEqual(metricsOf(cut));
});

test("files sort by session, also where the clock went back", () => {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-events-"));
  writeFileSync(join(folder, "events.out.tfevents.9000000000.other.1"), "");
  for (let i = 0; i < 3; i++) files.openEventFile(folder).close();
  const seconds = files.eventFiles(folder).map((path) => Number(/tfevents\.(\d+)/.exec(path)?.[1]));
  expect(seconds).toEqual([9e9, 9e9 + 1, 9e9 + 2, 9e9 + 3]);
});

test("training ends with the same bits without TensorBoard's files, with them, and where they cannot be written", async () => {
  const { logging: _, ...plain } = spec;
  const without = tinyRunFolder(plain);
  await train(without, plain, never);
  const withThem = tinyRunFolder(spec);
  await train(withThem, spec, never);
  expect(numbers(withThem)).toEqual(numbers(without));

  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const blocked = tinyRunFolder(spec);
  writeFileSync(join(blocked, "tensorboard"), "");
  await train(blocked, spec, never);
  const full = tinyRunFolder(spec);
  disk.room = 25;
  await train(full, spec, never);
  disk.room = Number.POSITIVE_INFINITY;
  const words = said.mock.calls.map(([text]) => String(text));
  said.mockRestore();
  for (const [i, folder, why] of [
    [0, blocked, /EEXIST/],
    [1, full, /at step 24: ENOSPC/],
  ] as const) {
    const { result, lines } = numbers(folder);
    const { tensorboardReason, ...others } = result;
    expect(tensorboardReason).toMatch(why);
    expect(words[i]).toMatch(why);
    expect({ result: others, lines }).toEqual(numbers(without));
  }
  expect(words).toHaveLength(2);
  // What there is room for again is whole: the next session would tell all of it.
  expect(read(full).series["train/loss"]).toHaveLength(23);
});

test("the bytes of a session's start are those of tensorboard 2.21.0", () => {
  const event = startEvent(1.5, 3);
  // Event(wall_time=1.5, step=3, session_log=SessionLog(status=START)).SerializeToString().hex()
  expect(Buffer.from(event).toString("hex")).toBe("09000000000000f83f10033a020801");
});

/** TensorBoard itself, where ISOFLOP_TENSORBOARD names a Python that has it. In CI a missing one is a failure. */
const python = process.env.ISOFLOP_TENSORBOARD;
if (python === undefined && !process.env.CI) {
  console.warn("TensorBoard itself reads no event files: ISOFLOP_TENSORBOARD names no Python");
}

test.skipIf(python === undefined && !process.env.CI)("TensorBoard reads the same, after a step back too", async () => {
  const script = fileURLToPath(new URL("../../../../dev/readEventFiles.py", import.meta.url));
  const folder = await resumedRun();
  const { stdout } = await promisify(execFile)(python ?? "", [script, join(folder, "tensorboard")]);
  const { pages, script: scripts, hyperparameters, group, status } = JSON.parse(stdout);
  const { series } = read(folder);
  expect(pages).toEqual(series);
  expect(scripts).toEqual(series);
  expect(hyperparameters).toEqual(runSettings(spec));
  expect([group, status]).toEqual([spec.id, 1]);
});
