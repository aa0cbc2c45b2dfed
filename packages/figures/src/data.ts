import type { CurvePoint, Interval } from "@isoflop/laws";

export * from "./diagnosticsData.js";
export * from "./kaplanData.js";

/**
 * The plain data that each figure draws: JSON-able, so that a study, a file or a server's answer can supply it.
 * Throughout: parameters are N, tokens are D, flops are C (training FLOPs), loss is in nats per token. All of one figure's
 * numbers follow one counting convention; the figures do no counting of their own.
 */

/** One trained model as a point. */
export interface RunPoint {
  /** By which a page finds the run: interactive figures carry it as `data-run`. */
  readonly id?: string;
  /** Shown when the reader hovers over the point. */
  readonly name: string;
  readonly parameters: number;
  readonly tokens: number;
  readonly flops: number;
  readonly loss: number;
  /** Nominal isoFLOP budget, FLOPs. */
  readonly budget?: number;
}

/** One run's training curve. */
export interface RunCurve {
  readonly id?: string;
  readonly name: string;
  readonly parameters: number;
  /** As logged, tokens ascending. */
  readonly curve: readonly CurvePoint[];
  /** As the envelope used it; when absent, the figure smooths `curve` over log FLOPs itself. */
  readonly smoothed?: readonly CurvePoint[];
}

export interface TrainingCurvesData {
  readonly runs: readonly RunCurve[];
  /** The envelope: least loss at each compute, flops ascending. */
  readonly frontier: readonly { readonly flops: number; readonly loss: number }[];
  /** The same with the runs that are left out. */
  readonly former?: Pick<TrainingCurvesData, "frontier">;
}

/**
 * What a profile's minimum is worth. "fitted": a parabola with runs on both sides; "edge": it lies at or beyond the smallest
 * or largest run; "unfitted": no parabola that opens upwards. Only "fitted" minima enter the power laws.
 */
export type MinimumStatus = "fitted" | "edge" | "unfitted";

/** loss = vertex.loss + curvature * (ln N - ln vertex.parameters)^2. */
export interface Parabola {
  readonly parameters: number;
  readonly loss: number;
  /** Nats per squared unit of ln N; positive when the parabola opens upwards. */
  readonly curvature: number;
}

export interface IsoflopProfile {
  /** Nominal budget, FLOPs. */
  readonly budget: number;
  readonly points: readonly {
    readonly id?: string;
    readonly name: string;
    readonly parameters: number;
    readonly loss: number;
  }[];
  readonly parabola?: Parabola;
  /** The same through the runs that are left out as well. */
  readonly former?: Parabola;
  readonly minimum?: { readonly parameters: number; readonly loss: number; readonly status: MinimumStatus };
}

export interface IsoflopProfilesData {
  readonly profiles: readonly IsoflopProfile[];
}

/** y = coefficient * C^exponent. */
export interface PowerLaw {
  readonly coefficient: number;
  readonly exponent: number;
  /** 95 % interval of the exponent. */
  readonly exponentInterval?: Interval;
  /** Pointwise 95 % band of the law, flops ascending; may reach to the held-out budget. */
  readonly band?: readonly { readonly flops: number; readonly low: number; readonly high: number }[];
}

/** Power laws of the optimum as they were with the runs that are left out. */
export interface FormerLaws {
  readonly parametersLaw: PowerLaw;
  readonly tokensLaw: PowerLaw;
}

export interface OptimumScalingData {
  readonly minima: readonly {
    /** Nominal budget, FLOPs. */
    readonly budget: number;
    readonly parameters: number;
    readonly tokens: number;
    readonly parametersInterval?: Interval;
    readonly tokensInterval?: Interval;
    readonly status: MinimumStatus;
  }[];
  readonly parametersLaw: PowerLaw;
  readonly tokensLaw: PowerLaw;
  readonly former?: FormerLaws;
  /** The optimum forecast for the held-out budget. */
  readonly forecast?: {
    readonly flops: number;
    readonly parameters: number;
    readonly tokens: number;
    readonly parametersInterval?: Interval;
    readonly tokensInterval?: Interval;
  };
  /** Models trained at the held-out budget, labelled in the legend ("larger model"). */
  readonly heldOut?: readonly {
    readonly id?: string;
    readonly label: string;
    readonly flops: number;
    readonly parameters: number;
    readonly tokens: number;
  }[];
}

/** Approach 1: which model the envelope's least loss belongs to, by compute. */
export interface EnvelopeScalingData {
  readonly points: readonly {
    readonly id?: string;
    /** The run whose curve is the lowest there. */
    readonly name: string;
    readonly flops: number;
    readonly parameters: number;
    readonly tokens: number;
    /** "edge": of the smallest or the largest size there is, so that a better one may lie beyond; not fitted. */
    readonly status: "used" | "edge";
  }[];
  /** How many points there are of either kind, and of how many runs those used are, where `points` are some of them. */
  readonly counts?: { readonly used: number; readonly edge: number; readonly runs: number };
  readonly parametersLaw: PowerLaw;
  readonly tokensLaw: PowerLaw;
  readonly former?: FormerLaws;
  readonly forecast?: OptimumScalingData["forecast"];
}

/** L(N,D) = E + A/N^alpha + B/D^beta (Hoffmann et al. 2022, eq. 2). */
export interface ChinchillaConstants {
  readonly E: number;
  readonly A: number;
  readonly B: number;
  readonly alpha: number;
  readonly beta: number;
}

export interface LossContoursData {
  readonly law: ChinchillaConstants;
  readonly runs: readonly RunPoint[];
  /** Runs that the fit did not see. */
  readonly heldOut?: readonly RunPoint[];
  /** Compute-optimal N and D, flops ascending, up to the held-out budget. */
  readonly frontier: readonly { readonly flops: number; readonly parameters: number; readonly tokens: number }[];
  /** Both as they were with the runs that are left out. */
  readonly former?: Pick<LossContoursData, "law" | "frontier">;
  /** Budgets to draw as isoFLOP lines, FLOPs. */
  readonly budgets: readonly number[];
  /** FLOPs per training token of some sizes, interpolated log-log between them; when absent C = 6ND. */
  readonly flopsPerToken?: readonly { readonly parameters: number; readonly flops: number }[];
}

export interface KaplanComputeData {
  /** Training curves, drawn faintly behind. */
  readonly curves?: readonly RunCurve[];
  /** Least loss reached at each compute: what the law was fitted to. */
  readonly minima: readonly { readonly flops: number; readonly loss: number }[];
  /** L = (criticalFlops / C)^exponent (Kaplan et al. 2020, eq. 1.3; C_c here in FLOPs, not PF-days). */
  readonly law: {
    readonly criticalFlops: number;
    readonly exponent: number;
    readonly exponentInterval?: Interval;
    readonly band?: readonly { readonly flops: number; readonly low: number; readonly high: number }[];
  };
  /** Measured at the held-out budget. */
  readonly heldOut?: { readonly label: string; readonly flops: number; readonly loss: number };
}

export interface ResidualsData {
  /** The law that predicts (default: "chinchilla", Approach 3's). */
  readonly law?: "chinchilla" | "kaplan-model-data" | "data-constrained";
  readonly runs: readonly (RunPoint & {
    /** Loss by the fitted law, nats per token. */
    readonly predicted: number;
  })[];
}

/** Which of the two held-out models this is: the forecast optimum, or the larger model on fewer tokens. */
export type HoldoutRole = "optimum" | "larger";

export interface ForecastRow {
  readonly role: HoldoutRole;
  readonly label: string;
  readonly parameters: number;
  readonly tokens: number;
  /** Nats per token, stated before the run was trained. */
  readonly predicted: number;
  /** 95 % interval for the measurement. */
  readonly interval95?: Interval;
  /** Nats per token; absent while the run is not done. */
  readonly measured?: number;
}

export interface ForecastCheckData {
  /** Held-out budget, FLOPs. */
  readonly budget: number;
  readonly rows: readonly ForecastRow[];
}

/** One forecast of compute that its fit had not seen. */
export interface BacktestPoint {
  /** Largest compute fitted, and compute forecast, FLOPs. */
  readonly fittedTo: number;
  readonly heldOut: number;
  /** heldOut / fittedTo. */
  readonly extrapolation: number;
  /** ln(forecast loss / measured loss); of several runs, their mean size, with the sign of the mean error. */
  readonly logError: number;
}

export interface BacktestErrorsData {
  /** What was forecast: the least loss of held-out budgets, or each of the held-out runs. */
  readonly against: "minimum" | "runs";
  /** In the order to show. */
  readonly procedures: readonly {
    readonly name: string;
    /** Whether the forecast proper is by it. */
    readonly chosen?: boolean;
    readonly points: readonly BacktestPoint[];
  }[];
  /** How far the forecast proper reaches beyond the data, as a factor of compute. */
  readonly asked?: number;
}

export interface PublishedModelsData {
  readonly laws: readonly {
    /** "Hoffmann 2022, approach 1". */
    readonly name: string;
    /** The compute-optimal model at each compute, flops ascending. */
    readonly optima: readonly { readonly flops: number; readonly parameters: number; readonly tokens: number }[];
  }[];
  /** Trained models, C = 6ND. */
  readonly models: readonly { readonly name: string; readonly parameters: number; readonly tokens: number }[];
  /** The "so many tokens whatever the size" line, tokens; 300e9 in Hoffmann et al. 2022, Figure 1. */
  readonly fixedTokens: number;
}

/** Errors of one planted law's fits, without noise: the parabola's and the Akima spline's, x ascending. */
export interface BiasCurve {
  /** "α 0.34, β 0.28". */
  readonly law: string;
  readonly parabola: readonly { readonly x: number; readonly y: number }[];
  readonly akima: readonly { readonly x: number; readonly y: number }[];
}

export interface IsoflopBiasData {
  /** Sizes of a budget. */
  readonly sizes: number;
  /** Factor from the smallest to the largest size, where it is not x. */
  readonly width: number;
  /** Error of N_opt in per cent against the width of centred grids. */
  readonly byWidth: readonly BiasCurve[];
  /** The same against the middle of the sizes over N_opt, equal at every budget. */
  readonly byOffset: readonly BiasCurve[];
  /** Error of the exponent a against the drift: the middle of the sizes over N_opt goes as C^drift. */
  readonly exponentByDrift: readonly BiasCurve[];
  /** Error of N_opt forecast for 100 times the largest budget, in per cent, against the drift. */
  readonly forecastByDrift: readonly BiasCurve[];
}

export interface CoordinateCheckData {
  /** "llama". */
  readonly family: string;
  /** Peak learning rate at the base width, the same in every run. */
  readonly learningRate: number;
  /** One row of panels for each activation, one column for each parametrisation. */
  readonly panels: readonly {
    /** "logits". */
    readonly coordinate: string;
    /** "standard" or "muP". */
    readonly parametrisation: string;
    /** Steps ascending; points by width: the mean absolute change of an element since the start, geometric mean over seeds. */
    readonly curves: readonly {
      readonly step: number;
      readonly points: readonly { readonly width: number; readonly change: number }[];
    }[];
  }[];
}

/** A run as a design has it. */
interface DesignPoint {
  readonly name: string;
  readonly parameters: number;
  readonly tokens: number;
}

/** Standard errors at the target, in logs. */
interface DesignErrors {
  readonly loss: number;
  readonly parameters: number;
}

export interface NextDesignData {
  /** The optimum that is forecast. */
  readonly target: { readonly flops: number; readonly parameters: number; readonly tokens: number };
  readonly runs: readonly DesignPoint[];
  readonly candidates: readonly { readonly parameters: number; readonly tokens: number }[];
  readonly proposed: readonly (DesignPoint & { readonly seeds: number })[];
  /** The regular isoFLOP grid of the same cost. */
  readonly grid: readonly DesignPoint[];
  readonly before: DesignErrors;
  /** What is to be expected by what is spent, flops ascending. */
  readonly curve: readonly { readonly flops: number; readonly design: DesignErrors; readonly grid: DesignErrors }[];
}

/** What a set of runs and its fits gives to draw: what it does not support is absent. */
export interface FiguresData {
  readonly trainingCurves?: TrainingCurvesData;
  readonly isoflopProfiles?: IsoflopProfilesData;
  readonly optimumScaling?: OptimumScalingData;
  readonly lossContours?: LossContoursData;
  readonly kaplanCompute?: KaplanComputeData;
  readonly residuals?: ResidualsData;
  readonly backtestErrors?: BacktestErrorsData;
  readonly publishedModels?: PublishedModelsData;
}

/** Sizes along an isoFLOP line, by one law. */
export interface ValleyLaw {
  /** "besiroglu-2024". */
  readonly name: string;
  /** Place of its colour in the palette, where other figures show the law as well (default: its place among these). */
  readonly category?: number;
  /** Models of the same compute, N ascending. */
  readonly sizes: readonly {
    readonly parameters: number;
    readonly tokens: number;
    readonly loss: number;
    /** Share of compute beyond the optimum's at which that size has the optimum's loss; absent where none does. */
    readonly extraCompute?: number;
  }[];
  readonly optimum: {
    readonly parameters: number;
    readonly tokens: number;
    readonly loss: number;
    readonly parametersInterval?: Interval;
  };
  /** Sizes that need no more extra compute than is tolerated, and those that lose no more loss. */
  readonly withinCompute?: Interval;
  readonly withinLoss?: Interval;
}

export interface LossValleyData {
  /** The budget. */
  readonly flops: number;
  /** Laws that predict a loss over N and D. */
  readonly laws: readonly ValleyLaw[];
  /** As shares: 0.01, 0.001. */
  readonly tolerated: { readonly extraCompute: number; readonly lossShare: number };
}

/** A model that a law asks for. */
export interface MappedModel {
  readonly parameters: number;
  readonly tokens: number;
  readonly flops: number;
}

export interface ModelMapData {
  /** The budget. */
  readonly flops: number;
  readonly laws: readonly {
    readonly name: string;
    readonly optimum: MappedModel & { readonly parametersInterval?: Interval; readonly tokensInterval?: Interval };
    /** The compute-optimal model at each compute, flops ascending. */
    readonly optima: readonly MappedModel[];
    /** With the cost of serving, and with few unique tokens. */
    readonly served?: MappedModel;
    readonly limited?: MappedModel;
  }[];
  /** Trained models, C = 6ND. */
  readonly models: readonly { readonly name: string; readonly parameters: number; readonly tokens: number }[];
}
