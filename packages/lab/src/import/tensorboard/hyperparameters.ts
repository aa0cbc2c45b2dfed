import {
  asDouble,
  asInteger,
  asText,
  innerFields,
  isTrue,
  type WireField,
  wireFields,
} from "@isoflop/trainer/tracking";

/** What the hparams plugin says of a run: tensorboard/plugins/hparams/plugin_data.proto. */
export interface Session {
  readonly hyperparameters?: Readonly<Record<string, unknown>>;
  /** As Status of tensorboard/plugins/hparams/api.proto. */
  readonly state?: string;
}

const STATES: Readonly<Record<number, string>> = { 1: "finished", 2: "failed", 3: "running" };

/** HParamsPluginData: session_start_info (3) with a map of values (1), session_end_info (4) with a status (1). */
export function hyperparametersOf(content: Uint8Array): Session {
  const values: Record<string, unknown> = {};
  let [starts, state] = [false, undefined as string | undefined];
  for (const field of wireFields(content)) {
    for (const inner of field.number === 3 || field.number === 4 ? innerFields(field) : []) {
      if (inner.number !== 1) continue;
      if (field.number === 4) state = STATES[asInteger(inner)];
      else {
        starts = true;
        const [name, value] = entry(inner);
        values[name] = value;
      }
    }
  }
  return { ...(starts ? { hyperparameters: values } : {}), ...(state === undefined ? {} : { state }) };
}

/** An entry of map<string, google.protobuf.Value>: number (2), string (3) or bool (4). */
function entry(message: WireField): [string, unknown] {
  let name = "";
  let value: unknown = null;
  for (const part of innerFields(message)) {
    if (part.number === 1) name = asText(part);
    else if (part.number === 2) {
      for (const field of innerFields(part)) {
        if (field.number === 2) value = asDouble(field);
        else if (field.number === 3) value = asText(field);
        else if (field.number === 4) value = isTrue(field);
      }
    }
  }
  return [name, value];
}
