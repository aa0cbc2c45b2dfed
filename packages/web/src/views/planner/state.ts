import { accelerators, publishedLaws } from "@isoflop/laws";
import { canonical, FIELD_NAMES, type FieldName, isValid } from "./fields.js";

/** How the budget is said. */
export const WAYS = ["cluster", "flops", "pfDays"] as const;
export type Way = (typeof WAYS)[number];
export const CURRENCIES = ["USD", "EUR", "GBP", "JPY"] as const;
export type Currency = (typeof CURRENCIES)[number];
/** What the valley is drawn in, and the map of models against. */
export const MEASURES = ["compute", "loss"] as const;
export const AXES = ["tokens", "compute"] as const;

/** All that the reader can set, with texts as typed; every one of them is valid. */
export interface PlannerState {
  readonly way: Way;
  readonly accelerator: string;
  readonly currency: Currency;
  readonly texts: Readonly<Record<FieldName, string>>;
  /** Which laws stand side by side: names of published ones, "own", or what fitId gives. */
  readonly laws: readonly string[];
  readonly measure: (typeof MEASURES)[number];
  readonly axes: (typeof AXES)[number];
}

/** The constants typed by the reader. */
export const OWN = "own";
const FIT = "fit:";
/** More would not fit side by side. */
export const MOST_LAWS = 4;

/** A fit of the page, as the address names it. */
export const fitId = (key: string): string => `${FIT}${encodeURIComponent(key)}`;
/** The key of the fit that an id names; undefined for other laws. */
export const fitKey = (id: string): string | undefined =>
  id.startsWith(FIT) ? decodeURIComponent(id.slice(FIT.length)) : undefined;

export const DEFAULTS: PlannerState = {
  way: "cluster",
  accelerator: "H100",
  currency: "USD",
  texts: {
    flops: "3e22",
    pfDays: "350",
    gpus: "64",
    days: "14",
    mfu: "40%",
    price: "2.5",
    served: "",
    unique: "",
    // Hoffmann et al. 2022, equation 10, as printed.
    E: "1.69",
    A: "406.4",
    B: "410.7",
    alpha: "0.34",
    beta: "0.28",
  },
  laws: ["hoffmann-2022-approach-3", "besiroglu-2024"],
  measure: "compute",
  axes: "tokens",
};

/** A parameter of an address that could not be used; the default stands in its place. */
export interface Notice {
  readonly parameter: string;
  readonly text: string;
}

/** Parameters of the address that are the planner's. */
export const PARAMETERS: readonly string[] = [
  ...FIELD_NAMES,
  "way",
  "accelerator",
  "currency",
  "laws",
  "measure",
  "axes",
];

/** Which way an address means that does not say it: the amount that it gives. */
function impliedWay(given: (name: string) => boolean): Way {
  return given("flops") ? "flops" : given("pfDays") ? "pfDays" : "cluster";
}

/** The state as an address has it; what is as by default is left out. */
export function printState(state: PlannerState): Record<string, string> {
  const printed: Record<string, string> = {};
  for (const name of FIELD_NAMES) {
    if (state.texts[name] !== DEFAULTS.texts[name]) printed[name] = state.texts[name];
  }
  if (state.way !== impliedWay((name) => name in printed)) printed.way = state.way;
  for (const name of ["accelerator", "currency", "measure", "axes"] as const) {
    if (state[name] !== DEFAULTS[name]) printed[name] = state[name];
  }
  const laws = state.laws.join(" ");
  if (laws !== DEFAULTS.laws.join(" ")) printed.laws = laws;
  return printed;
}

/** The state that an address asks for, and what of it cannot be used. */
export function parseState(params: URLSearchParams): { readonly state: PlannerState; readonly notices: Notice[] } {
  const notices: Notice[] = [];
  const refuse = (parameter: string, text: string): void => {
    notices.push({ parameter, text: text.length > 60 ? `${text.slice(0, 60)}…` : text });
  };
  const oneOf = <Value extends string>(name: string, allowed: readonly Value[], otherwise: Value): Value => {
    const text = params.get(name);
    const found = allowed.find((value) => value === text);
    if (text !== null && found === undefined) refuse(name, text);
    return found ?? otherwise;
  };
  const texts = Object.fromEntries(
    FIELD_NAMES.map((name) => {
      const text = params.get(name);
      if (text !== null && isValid(name, text)) return [name, canonical(text)];
      if (text !== null) refuse(name, text);
      return [name, DEFAULTS.texts[name]];
    }),
  ) as Record<FieldName, string>;
  const state: PlannerState = {
    way: oneOf(
      "way",
      WAYS,
      impliedWay((name) => params.has(name)),
    ),
    accelerator: oneOf(
      "accelerator",
      accelerators.map(({ name }) => name),
      DEFAULTS.accelerator,
    ),
    currency: oneOf("currency", CURRENCIES, DEFAULTS.currency),
    texts,
    laws: parseLaws(params.get("laws"), (text) => refuse("laws", text)),
    measure: oneOf("measure", MEASURES, DEFAULTS.measure),
    axes: oneOf("axes", AXES, DEFAULTS.axes),
  };
  return { state, notices };
}

/** Longest key of a fit that an address may name. */
const LONGEST_KEY = 200;

function isLaw(id: string): boolean {
  if (id === OWN || publishedLaws.some(({ name }) => name === id)) return true;
  try {
    const key = fitKey(id);
    return key !== undefined && key !== "" && key.length <= LONGEST_KEY && fitId(key) === id;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}

function parseLaws(text: string | null, refuse: (text: string) => void): readonly string[] {
  if (text === null) return DEFAULTS.laws;
  const named = [...new Set(text.split(" ").filter((id) => id !== ""))];
  const known = named.filter(isLaw);
  for (const id of named.filter((one) => !known.includes(one)).slice(0, MOST_LAWS)) refuse(id);
  for (const id of known.slice(MOST_LAWS)) refuse(id);
  if (known.length === 0 && named.length === 0) refuse(text);
  return known.length === 0 ? DEFAULTS.laws : known.slice(0, MOST_LAWS);
}
