import { PbfWriter } from "pbf";

// Field numbers are those of tensorflow/core/util/event.proto, tensorflow/core/framework/{summary,tensor,types}.proto and
// tensorboard/plugins/hparams/plugin_data.proto, as tensorboard 2.21.0 has them.
const FLOAT = 1;
/** DataClass: which of TensorBoard's stores a value is kept in. */
const TENSOR = 2;
const SESSION_START = 1;
/** Bytes of most events: growing takes longer than writing. */
const ROOM = 1024;

/** A value of the hyperparameters' table. */
export type Hyperparameter = number | string | boolean;
/** How a run ended, as Status of tensorboard/plugins/hparams/api.proto. */
export const SESSION_STATUS = { finished: 1, failed: 2, running: 3 } as const;

/** Begins every file. From version 2 on TensorBoard heeds where a session starts. */
export const versionEvent = (time: number): Uint8Array =>
  event(time, 0, (pbf) => pbf.writeStringField(3, "brain.Event:2"));

/** A session that begins with this step: TensorBoard forgets what earlier files have from there on. */
export const startEvent = (time: number, step: number): Uint8Array =>
  event(time, step, (pbf) => pbf.writeMessage(7, (status, p) => p.writeVarintField(1, status), SESSION_START));

/**
 * What of these values is a number, in 32 bits: TensorBoard's default reader shows no series of doubles (dev/LOG.md). Counts beyond 2^24 are
 * rounded by it, and exact in the hyperparameters.
 */
export const scalarsEvent = (time: number, step: number, values: Readonly<Record<string, unknown>>): Uint8Array =>
  event(time, step, (pbf) =>
    pbf.writeMessage(
      5,
      (_, summary) => {
        for (const [tag, value] of Object.entries(values)) {
          if (typeof value === "number") summary.writeMessage(1, writeScalar, [tag, value] as const);
        }
      },
      undefined,
    ),
  );

/** The row of a run in the hyperparameters' table. */
export const hyperparametersEvent = (
  time: number,
  group: string,
  values: Readonly<Record<string, Hyperparameter>>,
): Uint8Array =>
  pluginEvent(time, "_hparams_/session_start_info", (pbf) =>
    pbf.writeMessage(
      3,
      (_, start) => {
        for (const entry of Object.entries(values)) start.writeMessage(1, writeEntry, entry);
        start.writeStringField(4, group);
        start.writeDoubleField(5, time);
      },
      undefined,
    ),
  );

export const endEvent = (time: number, state: keyof typeof SESSION_STATUS): Uint8Array =>
  pluginEvent(time, "_hparams_/session_end_info", (pbf) =>
    pbf.writeMessage(
      4,
      (status, end) => {
        end.writeVarintField(1, status);
        end.writeDoubleField(2, time);
      },
      SESSION_STATUS[state],
    ),
  );

function event(time: number, step: number, content: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter(new Uint8Array(ROOM));
  pbf.writeDoubleField(1, time);
  if (step !== 0) pbf.writeVarintField(2, step);
  content(pbf);
  return pbf.finish();
}

function writeScalar([tag, value]: readonly [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(1, tag);
  pbf.writeFloatField(2, value);
}

/** An event of the hparams plugin: its content stands in the metadata, beside an empty tensor. */
function pluginEvent(time: number, tag: string, content: (pbf: PbfWriter) => void): Uint8Array {
  const inner = new PbfWriter();
  content(inner);
  const bytes = inner.finish();
  const writeValue = (_: undefined, pbf: PbfWriter) => {
    pbf.writeStringField(1, tag);
    pbf.writeMessage(
      8,
      (__, tensor) => {
        tensor.writeVarintField(1, FLOAT);
        tensor.writeMessage(2, (___, shape) => shape.writeBytesField(2, new Uint8Array()), undefined);
      },
      undefined,
    );
    writeMetadata(pbf, "hparams", bytes);
  };
  return event(time, 0, (pbf) =>
    pbf.writeMessage(5, (_, summary) => summary.writeMessage(1, writeValue, undefined), undefined),
  );
}

function writeMetadata(pbf: PbfWriter, plugin: string, content: Uint8Array): void {
  pbf.writeMessage(
    9,
    (_, metadata) => {
      metadata.writeMessage(
        1,
        (__, data) => {
          data.writeStringField(1, plugin);
          data.writeBytesField(2, content);
        },
        undefined,
      );
      metadata.writeVarintField(4, TENSOR);
    },
    undefined,
  );
}

/** An entry of map<string, google.protobuf.Value>. */
function writeEntry([name, value]: readonly [string, Hyperparameter], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  pbf.writeMessage(
    2,
    (_, entry) => {
      if (typeof value === "number") entry.writeDoubleField(2, value);
      else if (typeof value === "string") entry.writeStringField(3, value);
      else entry.writeBooleanField(4, value);
    },
    undefined,
  );
}
