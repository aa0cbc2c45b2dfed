// A thread that damages files and reads them, and tells of every one how it ended: the test that starts it notices where it hangs.
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { createRandom, isIsoflopError } from "@isoflop/laws";
import { readObservations } from "../../read/observations.js";
import { shippedMappings } from "../mapping/load.js";
import { settler } from "../settle/settle.js";
import type { TrackedPoint } from "../source.js";
import { chosenSources } from "../sources.js";
import { mutated } from "./mutate.js";
import { mutationSubjects, type Subject } from "./subjects.js";

export interface MutationData {
  readonly seed: number;
  readonly count: number;
  readonly folder: string;
  readonly parquet: { readonly table: Uint8Array; readonly history: Uint8Array };
}

/** How the reading of one damaged file ended: "read", "refused: <code>", or a fault of ours. */
export interface MutationEnd {
  readonly number: number;
  readonly what: string;
  readonly outcome: string;
  readonly fault?: string;
}

/** Of so many, one is of a kind that takes a database to read. */
const SLOW_EVERY = 10;
const { seed, count, folder, parquet } = workerData as MutationData;
const mappings = shippedMappings();
const sources = chosenSources(undefined, mappings, {});
const subjects = mutationSubjects({ table: Buffer.from(parquet.table), history: Buffer.from(parquet.history) });
const [slow, quick] = [subjects.filter((subject) => subject.slow), subjects.filter((subject) => !subject.slow)];
const undamaged = new Map<Subject, ReadonlySet<string>>();

async function damageAndRead(number: number): Promise<MutationEnd> {
  const random = createRandom(seed * 2 ** 20 + number);
  const lot = number % SLOW_EVERY === 0 ? slow : quick;
  const subject = lot[random.integer(lot.length)]!;
  const other = lot[random.integer(lot.length)]!;
  const isSealed = subject.sealed !== undefined && random.integer(2) === 0;
  const { bytes, how } = isSealed
    ? { bytes: subject.sealed(subject.bytes, other.bytes, random), how: "within a record" }
    : mutated(subject.bytes, other.bytes, random);
  const what = `${subject.name}, ${how}`;
  const place = join(folder, `m${number.toString()}`);
  mkdirSync(place);
  try {
    const { points, fault } = await readAll(subject, subject.put(place, bytes));
    const strange = points.find((point) => !isPoint(point));
    const made = subject.checked && !isSealed ? await firstMade(points, subject, other) : undefined;
    const wrong =
      fault ??
      (strange === undefined ? undefined : `no point: ${JSON.stringify(strange)}`) ??
      (made === undefined ? undefined : `a point that no file had: ${made}`);
    return { number, what, outcome: "read", ...(wrong === undefined ? {} : { fault: wrong }) };
  } catch (error) {
    if (isIsoflopError(error)) return { number, what, outcome: `refused: ${error.code}` };
    return {
      number,
      what,
      outcome: "thrown",
      fault: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** All that import or fit would make of a path, and what is wrong with it. */
async function readAll(subject: Subject, path: string): Promise<{ points: TrackedPoint[]; fault?: string }> {
  if (subject.reader === "table") {
    const { records } = await readObservations([path]);
    const odd = records.find(
      ({ parameters, tokens, flops, loss }) => ![parameters, tokens, flops, loss].every(isQuantity),
    );
    return { points: [], ...(odd === undefined ? {} : { fault: `a record ${JSON.stringify(odd)}` }) };
  }
  const source = sources.find(({ name }) => name === subject.reader)!;
  if (!(await source.recognises(path))) return { points: [] };
  const points: TrackedPoint[] = [];
  for (const run of (await source.runs?.(path)) ?? [path]) {
    const opened = await source.open(run);
    const { add, settle } = settler({ mappings, columns: {}, rule: { kind: "last" }, counting: "6N" });
    for await (const point of opened.series()) {
      add(point);
      points.push(point);
    }
    const { outcome, curve } = settle(opened);
    JSON.stringify([opened.config, opened.summary, opened.notices?.()]);
    if ("record" in outcome) {
      const { parameters, tokens, flops, loss } = outcome.record;
      const isOdd = ![parameters, tokens, flops, loss].every(isQuantity);
      const oddCurve = curve.find(({ progress, loss: along }) => !isQuantity(progress) || !Number.isFinite(along));
      if (isOdd || oddCurve !== undefined)
        return { points, fault: `a record ${JSON.stringify([outcome.record, oddCurve])}` };
    }
  }
  return { points };
}

const isQuantity = (value: number): boolean => Number.isFinite(value) && value > 0;

const isPoint = ({ key, step, value, time }: TrackedPoint): boolean =>
  typeof key === "string" &&
  Number.isFinite(step) &&
  typeof value === "number" &&
  (time === undefined || typeof time === "number");

/** The first point that neither of the files had before they were damaged. */
async function firstMade(points: readonly TrackedPoint[], ...from: Subject[]): Promise<string | undefined> {
  const known: ReadonlySet<string>[] = [];
  for (const subject of from) known.push(await pointsOf(subject));
  return points.map(textOf).find((text) => !known.some((texts) => texts.has(text)));
}

async function pointsOf(subject: Subject): Promise<ReadonlySet<string>> {
  const before = undamaged.get(subject);
  if (before !== undefined) return before;
  const place = join(folder, `whole-${undamaged.size.toString()}`);
  mkdirSync(place);
  const texts = new Set((await readAll(subject, subject.put(place, subject.bytes))).points.map(textOf));
  undamaged.set(subject, texts);
  return texts;
}

const textOf = ({ key, step, value, time }: TrackedPoint): string => [key, step, value, time].join("\n");

for (let number = 0; number < count; number++) parentPort?.postMessage(await damageAndRead(number));
