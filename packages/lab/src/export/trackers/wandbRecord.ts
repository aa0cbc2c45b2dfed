import { PbfWriter } from "pbf";

// Field numbers of wandb/proto/wandb_internal.proto, wandb 0.31.0; unchanged since 0.12.
const RECORD = { number: 1, history: 2, summary: 3, run: 17, exit: 18, header: 21 };
const RUN = { id: 1, project: 3, config: 4, group: 6, displayName: 8, tags: 10, startTime: 17 };
/** The same in config, summary and history. */
const ITEM = { key: 1, nestedKey: 2, valueJson: 16 };

type Values = Iterable<readonly [string, unknown]>;

/** What a run's first records say. */
export interface WandbRun {
  readonly id: string;
  readonly project: string;
  readonly group: string;
  readonly displayName: string;
  readonly tags: readonly string[];
  readonly config: Values;
  /** Seconds since 1970. */
  readonly startedAt: number;
}

/** Makes the records of one log, which are numbered. */
export function wandbRecords() {
  let count = 0;
  const record = (field: number, write: (pbf: PbfWriter) => void): Uint8Array => {
    const pbf = new PbfWriter(new Uint8Array(1024));
    pbf.writeVarintField(RECORD.number, ++count);
    pbf.writeMessage(field, (_, inner) => write(inner), undefined);
    return pbf.finish();
  };
  return {
    /** Who wrote it, and the oldest client that reads it. */
    header: (producer: string): Uint8Array =>
      record(RECORD.header, (pbf) =>
        pbf.writeMessage(
          1,
          (_, version) => {
            version.writeStringField(1, producer);
            version.writeStringField(2, "0.70.0");
          },
          undefined,
        ),
      ),
    run: ({ id, project, group, displayName, tags, config, startedAt }: WandbRun): Uint8Array =>
      record(RECORD.run, (pbf) => {
        pbf.writeStringField(RUN.id, id);
        pbf.writeStringField(RUN.project, project);
        pbf.writeMessage(RUN.config, (_, changes) => writeItems(changes, ITEM.key, config), undefined);
        pbf.writeStringField(RUN.group, group);
        pbf.writeStringField(RUN.displayName, displayName);
        for (const tag of tags) pbf.writeStringField(RUN.tags, tag);
        pbf.writeMessage(RUN.startTime, writeTimestamp, startedAt);
      }),
    history: (step: number, values: Values): Uint8Array =>
      record(RECORD.history, (pbf) => {
        writeItems(pbf, ITEM.nestedKey, values);
        pbf.writeMessage(2, (_, inner) => (step === 0 ? undefined : inner.writeVarintField(1, step)), undefined);
      }),
    summary: (values: Values): Uint8Array => record(RECORD.summary, (pbf) => writeItems(pbf, ITEM.nestedKey, values)),
    exit: (code: number, seconds: number): Uint8Array =>
      record(RECORD.exit, (pbf) => {
        if (code !== 0) pbf.writeVarintField(1, code);
        pbf.writeVarintField(2, Math.max(0, Math.round(seconds)));
      }),
  };
}

function writeItems(pbf: PbfWriter, key: number, values: Values): void {
  for (const [name, value] of values) {
    pbf.writeMessage(
      1,
      (_, item) => {
        item.writeStringField(key, name);
        item.writeStringField(ITEM.valueJson, pythonJson(value));
      },
      undefined,
    );
  }
}

/** JSON as Python writes it, which has words for what is not finite. */
function pythonJson(value: unknown): string {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : JSON.stringify(value ?? null);
}

function writeTimestamp(seconds: number, pbf: PbfWriter): void {
  const whole = Math.floor(seconds);
  pbf.writeVarintField(1, whole);
  pbf.writeVarintField(2, Math.round((seconds - whole) * 1e9));
}
