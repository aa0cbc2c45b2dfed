import type { ComputeUnit } from "@isoflop/figures";
import { parseFlops, publishedLaws } from "@isoflop/laws";
import { ALL_APPROACHES, type ApproachName, DEFAULT_FITS, type FitChoices } from "@isoflop/laws/procedures";
import { COMPUTE_COUNTS, SIZE_COUNTS } from "../../state/countings.js";
import { addressOf, isAddress } from "./addressedRuns.js";
import type { AskedCounting } from "./counting.js";

export const PROCEDURES = ["all", ...ALL_APPROACHES, "data-constrained"] as const;
export type Procedure = (typeof PROCEDURES)[number];
export const LOSSES = ["huber", "lad", "mse"] as const;
export const CURVES = ["parabola", "akima"] as const;
export const UNITS = ["FLOPs", "PF-days"] as const satisfies readonly ComputeUnit[];
export const RESAMPLES = [0, 100, 400, 1000, 4000] as const;

/** What the reader has set. */
export interface LawsState extends AskedCounting {
  readonly procedure: Procedure;
  readonly loss: FitChoices["loss"];
  readonly delta: number;
  readonly curve: FitChoices["curve"];
  readonly resamples: number;
  readonly compute: ComputeUnit;
  /** Published laws to compare with, by name. */
  readonly compare: readonly string[];
  /** The budget at which laws are told, as typed; empty: the largest that was trained at. */
  readonly at: string;
  /** Runs by id that the fits do not see, and those that are picked out. */
  readonly out: readonly string[];
  readonly picked: readonly string[];
  /** The run whose panel is open, by id; empty: none. */
  readonly run: string;
}

export const DEFAULTS: LawsState = {
  procedure: "all",
  loss: DEFAULT_FITS.loss,
  delta: DEFAULT_FITS.delta,
  curve: DEFAULT_FITS.curve,
  resamples: 400,
  compute: "FLOPs",
  parameters: "",
  flops: "",
  compare: ["hoffmann-2022-approach-3", "besiroglu-2024"],
  at: "",
  out: [],
  picked: [],
  run: "",
};

/** Parameters of the address that are this view's. */
export const PARAMETERS = Object.keys(DEFAULTS) as readonly (keyof LawsState)[];

/** Runs that an address may name; more would be no address. */
const MOST_RUNS = 1000;

/** Whether a text is a budget. */
export const isBudget = (text: string): boolean => text.length <= 30 && typeof parseFlops(text) === "number";

/** Huber's delta, as typed: a share of the loss between a millionth and ten. */
export function parseDelta(text: string): number | undefined {
  const value = Number(text);
  return text.trim() !== "" && value >= 1e-6 && value <= 10 ? value : undefined;
}

/** The state that an address asks for; what cannot be used is as by default. */
export function parseLawsState(params: URLSearchParams): LawsState {
  const oneOf = <Value extends string>(name: keyof LawsState, allowed: readonly Value[], otherwise: Value): Value =>
    allowed.find((value) => value === params.get(name)) ?? otherwise;
  const resamples = RESAMPLES.find((value) => String(value) === params.get("resamples"));
  const compare = params.get("compare");
  const at = params.get("at") ?? "";
  return {
    procedure: oneOf("procedure", PROCEDURES, DEFAULTS.procedure),
    loss: oneOf("loss", LOSSES, DEFAULTS.loss),
    delta: parseDelta(params.get("delta") ?? "") ?? DEFAULTS.delta,
    curve: oneOf("curve", CURVES, DEFAULTS.curve),
    resamples: resamples ?? DEFAULTS.resamples,
    compute: oneOf("compute", UNITS, DEFAULTS.compute),
    parameters: oneOf<LawsState["parameters"]>("parameters", SIZE_COUNTS, ""),
    flops: oneOf<LawsState["flops"]>("flops", COMPUTE_COUNTS, ""),
    compare:
      compare === null
        ? DEFAULTS.compare
        : publishedLaws.map(({ name }) => name).filter((name) => compare.split(" ").includes(name)),
    at: isBudget(at) ? at : "",
    out: idsIn(params.get("out")),
    picked: idsIn(params.get("picked")),
    run: isAddress(params.get("run") ?? "") ? (params.get("run") ?? "") : "",
  };
}

/** The state as an address has it; what is as by default is left out. */
export function printLawsState(state: LawsState): Partial<Record<keyof LawsState, string>> {
  const texts: Record<keyof LawsState, string> = textsOf(state);
  const usual = textsOf(DEFAULTS);
  return Object.fromEntries(
    PARAMETERS.filter((name) => texts[name] !== usual[name]).map((name) => [name, texts[name]]),
  );
}

const textsOf = (state: LawsState): Record<keyof LawsState, string> => ({
  procedure: state.procedure,
  loss: state.loss,
  delta: String(state.delta),
  curve: state.curve,
  resamples: String(state.resamples),
  compute: state.compute,
  parameters: state.parameters,
  flops: state.flops,
  compare: state.compare.join(" "),
  at: state.at,
  out: idsText(state.out),
  picked: idsText(state.picked),
  run: addressOf(state.run),
});

/** Ids may have blanks: each is encoded by itself. */
const idsText = (ids: readonly string[]): string =>
  ids
    .slice(0, MOST_RUNS)
    .map((id) => encodeURIComponent(addressOf(id)))
    .join(" ");

function idsIn(text: string | null): readonly string[] {
  if (text === null || text === "") return [];
  const ids = text
    .split(" ")
    .slice(0, MOST_RUNS)
    .flatMap((part) => {
      try {
        const id = decodeURIComponent(part);
        return isAddress(id) ? [id] : [];
      } catch {
        return [];
      }
    });
  return [...new Set(ids)];
}

/** What the state asks the fits for. */
export function choicesOf(
  { procedure, loss, delta, curve, resamples }: LawsState,
  possible: readonly ApproachName[],
): FitChoices {
  const approaches = procedure === "all" ? possible : [procedure];
  return { approaches, loss, delta, curve, resamples, seed: DEFAULT_FITS.seed };
}
