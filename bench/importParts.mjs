// Runs of bench/import.mjs as three programs log them: metrics.jsonl with config.json, TensorBoard's event files, W&B's run folders.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, maskedCrc32c } from "../packages/trainer/dist/tracking/index.js";

export const LAW = { E: 1.7, A: 400, B: 410, alpha: 0.34, beta: 0.28 };
const VALIDATED_EVERY = 100;

/** Park and Miller's generator: the noise of a run depends on its number only. */
function noiseOf(run) {
  let state = run + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return 0.02 * (state / 2147483647 - 0.5);
  };
}

/** N of a run and what it logs at every step. */
function plan(run, steps) {
  const parameters = Math.round(1e6 * 1.07 ** (run % 100));
  const batch = 8192 * (1 + Math.floor(run / 100));
  const noise = noiseOf(run);
  const logged = Array.from({ length: steps }, (_, i) => {
    const tokens = batch * (i + 1);
    const loss = LAW.E + LAW.A / parameters ** LAW.alpha + LAW.B / tokens ** LAW.beta;
    const isValidated = (i + 1) % VALIDATED_EVERY === 0 || i + 1 === steps;
    return {
      step: i + 1,
      tokens,
      "train/loss": Number((loss + noise()).toFixed(6)),
      ...(isValidated ? { "val/loss": loss } : {}),
    };
  });
  return { parameters, logged };
}

const WRITERS = {
  async metrics(folder, run, { parameters, logged }) {
    const path = join(folder, `run-${run}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "config.json"), `${JSON.stringify({ total_params: parameters, seed: run })}\n`);
    await writeFile(join(path, "metrics.jsonl"), `${logged.map((line) => JSON.stringify(line)).join("\n")}\n`);
  },
  async tensorboard(folder, run, { parameters, logged }) {
    const path = join(folder, `run-${run}`);
    await mkdir(path, { recursive: true });
    await writeFile(join(path, "config.json"), `${JSON.stringify({ total_params: parameters, seed: run })}\n`);
    const records = logged.flatMap(({ step, ...values }) =>
      Object.entries(values).map(([tag, value]) => {
        const summary = message(1, message(1, Buffer.from(tag)), fixed32(2, value));
        return tfRecord(Buffer.concat([fixed64(1, 1.7e9 + step), varint(2, step), message(5, summary)]));
      }),
    );
    await writeFile(join(path, `events.out.tfevents.${1_700_000_000 + run}.host`), Buffer.concat(records));
  },
  async wandb(folder, run, { parameters, logged }) {
    const id = `r${run}`;
    const path = join(folder, `offline-run-20260101_000000-${id}`);
    await mkdir(path, { recursive: true });
    const item = (key, value) =>
      message(1, message(2, Buffer.from(key)), message(16, Buffer.from(JSON.stringify(value))));
    const config = Buffer.concat([item("total_params", parameters), item("seed", run)]);
    const records = [
      message(17, message(1, Buffer.from(id)), message(4, config)),
      ...logged.map(({ step, ...values }) =>
        message(
          2,
          ...Object.entries({ ...values, _step: step, _timestamp: 1.7e9 + step }).map(([key, value]) =>
            item(key, value),
          ),
          message(2, varint(1, step)),
        ),
      ),
      message(18, varint(2, 1)),
    ];
    await writeFile(join(path, `run-${id}.wandb`), wandbLog(records));
  },
};

export const KINDS = Object.keys(WRITERS);

/** Writes so many runs of a kind below a folder; the same ones every time. */
export async function writeRuns(kind, folder, runs, steps) {
  for (let run = 0; run < runs; run++) await WRITERS[kind](folder, run, plan(run, steps));
}

// Protocol Buffers' wire format (protobuf.dev/programming-guides/encoding).
function varintBytes(value) {
  const bytes = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
const varint = (field, value) => Buffer.concat([varintBytes(field * 8), varintBytes(value)]);
function fixed64(field, value) {
  const bytes = Buffer.alloc(9);
  bytes[0] = field * 8 + 1;
  bytes.writeDoubleLE(value, 1);
  return bytes;
}
function fixed32(field, value) {
  const bytes = Buffer.alloc(5);
  bytes[0] = field * 8 + 5;
  bytes.writeFloatLE(value, 1);
  return bytes;
}
function message(field, ...parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([varintBytes(field * 8 + 2), varintBytes(content.length), content]);
}

function tfRecord(content) {
  const head = Buffer.alloc(12);
  head.writeBigUInt64LE(BigInt(content.length));
  head.writeUInt32LE(maskedCrc32c(head.subarray(0, 8)), 8);
  const end = Buffer.alloc(4);
  end.writeUInt32LE(maskedCrc32c(content));
  return Buffer.concat([head, content, end]);
}

/** LevelDB's log format with W&B's header: blocks of 32 kB, chunks of seven bytes of header and their data. */
function wandbLog(records) {
  const pieces = [Buffer.from([0x3a, 0x57, 0x26, 0x42, 0xe1, 0xbe, 0x00])];
  let room = 32_768 - 7;
  for (const record of records) {
    for (let at = 0, isFirst = true; isFirst || at < record.length; isFirst = false) {
      if (room < 7) {
        pieces.push(Buffer.alloc(room));
        room = 32_768;
      }
      const data = record.subarray(at, at + room - 7);
      at += data.length;
      const isLast = at === record.length;
      const typed = Buffer.concat([Buffer.from([isFirst ? (isLast ? 1 : 2) : isLast ? 4 : 3]), data]);
      const head = Buffer.alloc(6);
      head.writeUInt32LE(crc32(typed));
      head.writeUInt16LE(data.length, 4);
      pieces.push(head, typed);
      room -= 7 + data.length;
    }
  }
  return Buffer.concat(pieces);
}
