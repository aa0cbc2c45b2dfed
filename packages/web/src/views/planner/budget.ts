import { type Accelerator, accelerators, clusterFlops, flopsToPfDays, orThrow, pfDaysToFlops } from "@isoflop/laws";
import { type FieldName, readField } from "./fields.js";
import type { PlannerState } from "./state.js";

/** The machine that trains. */
export interface Hardware {
  readonly accelerator: Accelerator;
  readonly count: number;
  readonly mfu: number;
  /** Of one accelerator's hour. */
  readonly price?: number;
}

/** What an amount of training takes on the hardware. */
export interface Spending {
  readonly days: number;
  readonly acceleratorHours: number;
  readonly cost?: number;
}

/** The compute to plan for. */
export interface Budget extends Spending {
  readonly flops: number;
  readonly pfDays: number;
}

/** The value of a text of the state, which holds valid ones only. */
export function numberOf(state: PlannerState, name: FieldName): number | undefined {
  const value = readField(name, state.texts[name]);
  return typeof value === "number" ? value : undefined;
}

const given = (state: PlannerState, name: FieldName): number => {
  const value = numberOf(state, name);
  if (value === undefined) throw new RangeError(`${name}: ${JSON.stringify(state.texts[name])} is no valid text`);
  return value;
};

export function hardwareOf(state: PlannerState): Hardware {
  const accelerator = accelerators.find(({ name }) => name === state.accelerator) ?? accelerators[0]!;
  const price = numberOf(state, "price");
  return {
    ...{ accelerator, count: given(state, "gpus"), mfu: given(state, "mfu") },
    ...(price !== undefined && { price }),
  };
}

/** Time and cost of so many training FLOPs (Chowdhery et al. 2022, appendix B: MFU over the dense peak). */
export function spendingOf(flops: number, { accelerator, count, mfu, price }: Hardware): Spending {
  const days = flops / orThrow(clusterFlops({ count, accelerator }, 1, mfu));
  const acceleratorHours = days * 24 * count;
  return { days, acceleratorHours, ...(price !== undefined && { cost: acceleratorHours * price }) };
}

/** The compute that the state says, in FLOPs: what `isoflop plan` makes of the same words. */
export function flopsOf(state: PlannerState): number {
  if (state.way === "flops") return given(state, "flops");
  if (state.way === "pfDays") return pfDaysToFlops(given(state, "pfDays"));
  const { accelerator, count, mfu } = hardwareOf(state);
  return orThrow(clusterFlops({ count, accelerator }, given(state, "days"), mfu));
}

export function budgetOf(state: PlannerState): Budget {
  const flops = flopsOf(state);
  return { flops, pfDays: flopsToPfDays(flops), ...spendingOf(flops, hardwareOf(state)) };
}

/** The command line that prints the same plan; absent for laws that it has no name for. */
export function commandOf(state: PlannerState, law: string): string {
  const { texts } = state;
  const word = (text: string) => (/^[\w.%+-]+$/.test(text) ? text : `'${text}'`);
  const budget =
    state.way === "flops"
      ? ["--flops", word(texts.flops)]
      : state.way === "pfDays"
        ? ["--pf-days", word(texts.pfDays)]
        : [
            "--gpus",
            `${given(state, "gpus")}x${state.accelerator}`,
            "--days",
            word(texts.days),
            "--mfu",
            word(texts.mfu),
          ];
  const served = texts.served === "" ? [] : ["--inference-tokens", word(texts.served)];
  const unique = texts.unique === "" ? [] : ["--unique-tokens", word(texts.unique)];
  return ["isoflop plan", ...budget, "--law", law, ...served, ...unique].join(" ");
}
