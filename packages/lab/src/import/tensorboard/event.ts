import { asDouble, asFloat, asInteger, asText, wireFields } from "@isoflop/trainer/tracking";
import { parseLooseJson } from "../looseJson.js";
import { hyperparametersOf, type Session } from "./hyperparameters.js";
import { scalarOfTensor } from "./tensor.js";

/** What is of use in an Event of tensorflow/core/util/event.proto. */
export interface LoggedEvent {
  /** Seconds since 1970. */
  readonly time: number;
  readonly step: number;
  readonly scalars: readonly { readonly tag: string; readonly value: number }[];
  readonly session?: Session;
  /** A session starts with this event's step: what earlier files have from there on was trained again. */
  readonly starts?: true;
  /** JSON objects that were logged as text, as the Trainer logs its arguments and the model's configuration. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** Of SessionLog's statuses. */
const SESSION_START = 1n;

export function readEvent(message: Uint8Array): LoggedEvent {
  let [time, step] = [0, 0];
  let session: Session | undefined;
  let settings: Record<string, unknown> | undefined;
  let starts = false;
  const scalars: { tag: string; value: number }[] = [];
  for (const { number, bits, bytes } of wireFields(message)) {
    if (number === 1) time = asDouble(bits);
    else if (number === 2) step = asInteger(bits);
    else if (number === 7)
      starts = [...wireFields(bytes)].some(({ number, bits }) => number === 1 && bits === SESSION_START);
    else if (number === 5) {
      for (const value of wireFields(bytes)) {
        if (value.number !== 1) continue;
        const found = readValue(value.bytes);
        if ("scalar" in found) scalars.push({ tag: found.tag, value: found.scalar });
        else if ("settings" in found) settings = { ...settings, ...found.settings };
        else if (found.session !== undefined) session = { ...session, ...found.session };
      }
    }
  }
  return {
    time,
    step,
    scalars,
    ...(starts ? { starts: true as const } : {}),
    ...(session === undefined ? {} : { session }),
    ...(settings === undefined ? {} : { settings }),
  };
}

/** A Summary.Value: as `simple_value`, as tensor of the scalars' plugin, or the hparams plugin's data. */
function readValue(
  message: Uint8Array,
): { tag: string; scalar: number } | { settings: Record<string, unknown> } | { session?: Session } {
  let [tag, plugin] = ["", ""];
  let content: Uint8Array | undefined;
  let simple: number | undefined;
  let tensor: Uint8Array | undefined;
  for (const { number, bits, bytes } of wireFields(message)) {
    if (number === 1) tag = asText(bytes);
    else if (number === 2) simple = asFloat(bits);
    else if (number === 8) tensor = bytes;
    else if (number === 9) {
      for (const metadata of wireFields(bytes)) {
        if (metadata.number !== 1) continue;
        for (const data of wireFields(metadata.bytes)) {
          if (data.number === 1) plugin = asText(data.bytes);
          else if (data.number === 2) content = data.bytes;
        }
      }
    }
  }
  if (plugin === "hparams") return content === undefined ? {} : { session: hyperparametersOf(content) };
  if (plugin === "text") return textSettings(tensor);
  if (simple !== undefined) return { tag, scalar: simple };
  // The plugin is named in a tag's first event of a file only; histograms, texts and images are no single numbers.
  const scalar = tensor === undefined ? undefined : scalarOfTensor(tensor);
  return scalar === undefined ? {} : { tag, scalar };
}

/** The object that a text tensor (string_val, field 8) holds as JSON, if it does. */
function textSettings(tensor: Uint8Array | undefined): { settings: Record<string, unknown> } | { session?: Session } {
  const [text] = [...wireFields(tensor ?? new Uint8Array())].filter(({ number }) => number === 8);
  const shown = text === undefined ? "" : asText(text.bytes).trim();
  if (!shown.startsWith("{")) return {};
  try {
    const value: unknown = parseLooseJson(shown);
    return typeof value === "object" && value !== null ? { settings: { ...value } } : {};
  } catch {
    return {};
  }
}
