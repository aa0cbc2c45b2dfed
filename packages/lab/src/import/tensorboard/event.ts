import {
  asBytes,
  asDouble,
  asFloat,
  asInteger,
  asText,
  innerFields,
  type WireField,
  wireFields,
} from "@isoflop/trainer/tracking";
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
const SESSION_START = 1;

export function readEvent(message: Uint8Array): LoggedEvent {
  let [time, step] = [0, 0];
  let session: Session | undefined;
  let settings: Record<string, unknown> | undefined;
  let starts = false;
  const scalars: { tag: string; value: number }[] = [];
  for (const field of wireFields(message)) {
    if (field.number === 1) time = asDouble(field);
    else if (field.number === 2) step = asInteger(field);
    else if (field.number === 7)
      starts = [...innerFields(field)].some((part) => part.number === 1 && asInteger(part) === SESSION_START);
    else if (field.number === 5) {
      for (const value of innerFields(field)) {
        if (value.number !== 1) continue;
        const found = readValue(value);
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
  message: WireField,
): { tag: string; scalar: number } | { settings: Record<string, unknown> } | { session?: Session } {
  let [tag, plugin] = ["", ""];
  let content: WireField | undefined;
  let simple: number | undefined;
  let tensor: WireField | undefined;
  for (const field of innerFields(message)) {
    if (field.number === 1) tag = asText(field);
    else if (field.number === 2) simple = asFloat(field);
    else if (field.number === 8) tensor = field;
    else if (field.number === 9) {
      for (const metadata of innerFields(field)) {
        if (metadata.number !== 1) continue;
        for (const data of innerFields(metadata)) {
          if (data.number === 1) plugin = asText(data);
          else if (data.number === 2) content = data;
        }
      }
    }
  }
  if (plugin === "hparams") return content === undefined ? {} : { session: hyperparametersOf(asBytes(content)) };
  if (plugin === "text") return textSettings(tensor);
  if (simple !== undefined) return { tag, scalar: simple };
  // The plugin is named in a tag's first event of a file only; histograms, texts and images are no single numbers.
  const scalar = tensor === undefined ? undefined : scalarOfTensor(asBytes(tensor));
  return scalar === undefined ? {} : { tag, scalar };
}

/** The object that a text tensor (string_val, field 8) holds as JSON, if it does. */
function textSettings(tensor: WireField | undefined): { settings: Record<string, unknown> } | { session?: Session } {
  const text = tensor === undefined ? undefined : [...innerFields(tensor)].find(({ number }) => number === 8);
  const shown = text === undefined ? "" : asText(text).trim();
  if (!shown.startsWith("{")) return {};
  try {
    const value: unknown = parseLooseJson(shown);
    return typeof value === "object" && value !== null ? { settings: { ...value } } : {};
  } catch {
    return {};
  }
}
