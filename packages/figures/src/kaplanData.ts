import type { Interval } from "@isoflop/laws";
import type { PowerLaw, RunCurve, RunPoint } from "./data.js";

/** y = (scale / x)^exponent, the form of Kaplan et al. 2020, equations 1.1 to 1.3. */
export interface ScaleLaw {
  readonly scale: number;
  readonly exponent: number;
  /** 95 % interval of the exponent. */
  readonly exponentInterval?: Interval;
  /** Pointwise 95 % band of the loss, x ascending. */
  readonly band?: readonly { readonly x: number; readonly low: number; readonly high: number }[];
}

/** A law of one variable with what it was fitted to. */
export interface KaplanPanel {
  readonly points: readonly {
    readonly id?: string;
    readonly name: string;
    readonly x: number;
    readonly loss: number;
  }[];
  /** Absent where it could not be fitted. */
  readonly law?: ScaleLaw;
}

/** Kaplan et al. 2020, Figure 1; what a study cannot tell is absent. */
export interface KaplanLawsData {
  /** L(C), equation 1.3, x in FLOPs: the least losses, with the training curves behind. */
  readonly compute?: KaplanPanel & {
    readonly curves?: readonly RunCurve[];
    /** Whether C is C_min, adjusted to a batch far below the critical one (equation 5.5). */
    readonly adjusted?: boolean;
  };
  /** L(D), equation 1.2, x in tokens: large models, stopped early. */
  readonly tokens?: KaplanPanel;
  /** L(N), equation 1.1, x in parameters: models trained nearly to convergence. */
  readonly parameters?: KaplanPanel;
}

/** Kaplan et al. 2020, Figure 4; what a study cannot tell is absent. */
export interface KaplanSizesData {
  /** L(N, D) = [(Nc/N)^(alphaN/alphaD) + Dc/D]^alphaD, equation 1.5. */
  readonly data?: {
    readonly law: { readonly Nc: number; readonly Dc: number; readonly alphaN: number; readonly alphaD: number };
    /** 95 % intervals, by name. */
    readonly intervals95?: Readonly<Record<string, Interval>>;
    readonly runs: readonly Omit<RunPoint, "flops">[];
  };
  /** L(N, S_min) = (Nc/N)^alphaN + (Sc/S_min)^alphaS, equation 1.6: learning curves over steps as at a very large batch. */
  readonly steps?: {
    readonly law: { readonly Nc: number; readonly Sc: number; readonly alphaN: number; readonly alphaS: number };
    readonly intervals95?: Readonly<Record<string, Interval>>;
    readonly runs: readonly {
      readonly id?: string;
      readonly name: string;
      readonly parameters: number;
      /** After the transient that the law does not describe; S_min ascending. */
      readonly curve: readonly { readonly steps: number; readonly loss: number }[];
    }[];
  };
}

/** Kaplan et al. 2020, Figure 10. */
export interface CriticalBatchData {
  readonly points: readonly {
    readonly id?: string;
    readonly name: string;
    /** Reached, nats per token. */
    readonly loss: number;
    /** Critical batch, tokens. */
    readonly batch: number;
    readonly interval95?: Interval;
    /** Predicted by the gradient noise scale of a run, or measured by runs at several batches that reach the loss. */
    readonly from: "noise" | "scan";
  }[];
  /** B_crit(L) = Bstar / L^(1/alphaB), equation 1.4; absent where it could not be fitted. */
  readonly law?: {
    /** What it was fitted to; with both kinds of points, those of the other say whether they agree. */
    readonly from?: "noise" | "scan";
    /** Whether it is of too few scans for an interval. */
    readonly fewScans?: boolean;
    readonly Bstar: number;
    readonly alphaB: number;
    readonly alphaBInterval?: Interval;
    readonly band?: readonly { readonly loss: number; readonly low: number; readonly high: number }[];
  };
}

/** Kaplan et al. 2020, Figure 14. */
export interface KaplanAllocationData {
  /** The efficient model at some C_min, as runs or the laws of one loss have it. */
  readonly points: readonly {
    readonly id?: string;
    readonly name: string;
    /** C_min. */
    readonly flops: number;
    readonly parameters: number;
    /** S_min. */
    readonly steps: number;
    /** B_crit at the loss reached, tokens. */
    readonly batch?: number;
  }[];
  readonly parametersLaw: PowerLaw;
  readonly stepsLaw: PowerLaw;
  readonly batchLaw?: PowerLaw;
  /** Whether intervals take B_crit(L) as it was fitted, for that has none itself. */
  readonly batchHeld?: boolean;
  /** To compare with, as the paper prints them. */
  readonly published?: {
    readonly name: string;
    readonly parametersLaw: PowerLaw;
    readonly stepsLaw: PowerLaw;
    readonly batchLaw?: PowerLaw;
  };
}
