// Sessions that read and write tensors where they are, by ONNX Runtime's C interface.
import { setImmediate } from "node:timers/promises";
import type { Model, TensorInfo } from "../onnx/model.js";
import { serialiseModel } from "../onnx/serialise.js";
import { elementTypeCode } from "../onnx/tensorType.js";
import type { Address, OnnxRuntime } from "./onnxRuntime.js";
import type { Session, SessionOptions } from "./session.js";
import { type Tensor, type TensorMap, zeros } from "./tensor.js";

const SEQUENTIAL = 0;
/** ORT_ENABLE_BASIC: what more there is finds nothing in these graphs but a fused bias with ReLU, and takes longer to open. */
const BASIC = 1;
const ERRORS_ONLY = 3;

export function openDirectSession(ort: OnnxRuntime, model: Model, options: SessionOptions): Session {
  const bytes = serialiseModel(model);
  const settings = ort.make("CreateSessionOptions");
  let session: Address;
  try {
    ort.call("SetSessionExecutionMode", settings, SEQUENTIAL);
    ort.call("SetSessionGraphOptimizationLevel", settings, BASIC);
    ort.call("SetIntraOpNumThreads", settings, options.threads);
    ort.call("SetInterOpNumThreads", settings, 1);
    ort.call("SetSessionLogSeverityLevel", settings, ERRORS_ONLY);
    if (!options.memoryPattern) ort.call("DisableMemPattern", settings);
    // Denormals late in training would slow element-wise work by an order of magnitude.
    ort.call("AddSessionConfigEntry", settings, "session.set_denormal_as_zero", "1");
    session = ort.make("CreateSessionFromArray", ort.environment, bytes, bytes.length, settings);
  } finally {
    ort.free("ReleaseSessionOptions", settings);
  }
  const inputs = createPlaces(ort, model.inputs);
  const outputs = createPlaces(ort, model.outputs);
  let released = false;

  return {
    async run(given, wanted = fresh(model.outputs)) {
      // Signals and timers have their turn between two calls, as a call itself lets nothing through.
      await setImmediate();
      if (released) throw new Error("the session has been released");
      inputs.fill(given);
      outputs.fill(wanted);
      const { names, values, count } = inputs;
      ort.call("Run", session, null, names, values, count, outputs.names, outputs.count, outputs.values);
      return wanted;
    },
    async release() {
      if (!released) ort.free("ReleaseSession", session);
      released = true;
    },
  };
}

const fresh = (infos: readonly TensorInfo[]): TensorMap =>
  Object.fromEntries(infos.map(({ name, type, shape }) => [name, zeros(type, shape)]));

/** Names of a model's inputs or outputs, and room for their values, as ONNX Runtime is to find them. */
function createPlaces(ort: OnnxRuntime, infos: readonly TensorInfo[]) {
  const count = infos.length;
  const text = infos.map(({ name }) => new TextEncoder().encode(`${name}\0`));
  const characters = fixed(text.reduce((sum, { length }) => sum + length, 0));
  const [names, values] = [
    new BigUint64Array(new ArrayBuffer(8 * count)),
    new BigUint64Array(new ArrayBuffer(8 * count)),
  ];
  let at = 0;
  text.forEach((encoded, i) => {
    characters.set(encoded, at);
    names[i] = ort.addressOf(characters) + BigInt(at);
    at += encoded.length;
  });
  return {
    count,
    names,
    values,
    /** Kept here as long as `names` points into it. */
    characters,
    fill(tensors: TensorMap): void {
      for (let i = 0; i < count; i++) {
        const { name, type } = infos[i]!;
        const value = tensors[name];
        if (!value) throw new Error(`no tensor is given for ${name}`);
        if (value.type !== type) throw new Error(`${name} holds ${type}, not ${value.type}`);
        values[i] = ortValue(ort, value);
      }
    },
  };
}

/** Bytes that stay where they are. */
const fixed = (length: number): Uint8Array => new Uint8Array(new ArrayBuffer(length));

/** What ONNX Runtime knows a tensor by, as long as the tensor lives. */
const known = new WeakMap<Tensor, Address>();
const forgotten = new FinalizationRegistry<{ readonly ort: OnnxRuntime; readonly value: Address }>(({ ort, value }) =>
  ort.free("ReleaseValue", value),
);

function ortValue(ort: OnnxRuntime, own: Tensor): Address {
  const before = known.get(own);
  if (before !== undefined) return before;
  const { type, data, shape } = own;
  // Asking for its buffer moves a short array out of the garbage collector's reach.
  if (data.buffer.byteLength < data.byteLength) throw new Error("the tensor's memory is gone");
  const dimensions = BigInt64Array.from(shape, BigInt);
  const value = ort.make(
    "CreateTensorWithDataAsOrtValue",
    ort.memoryInfo,
    ort.addressOf(data),
    data.byteLength,
    dimensions,
    shape.length,
    elementTypeCode[type],
  );
  known.set(own, value);
  forgotten.register(own, { ort, value });
  return value;
}
