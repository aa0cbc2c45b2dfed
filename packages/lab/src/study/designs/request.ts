import type { RunSpec } from "@isoflop/trainer";
import type { Study } from "../schema.js";

/** A run as a design asks for it, before hyperparameters. */
export interface DesignRequest {
  readonly shape: RunSpec["shape"];
  /** Training tokens wanted; rounded to whole batches. */
  readonly tokens: number;
  /** Nominal isoFLOP budget, FLOPs, where the design has one. */
  readonly budget?: number;
  readonly seed: number;
  /** What the design wants the run for, where its runs serve several fits. */
  readonly part?: Part;
  /** Training tokens that the run may see, again and again; absent: as the study says. */
  readonly uniqueTokens?: number;
  /** Tokens in a batch; absent: as the study's hyperparameters say. */
  readonly batchTokens?: number;
  /** Peak learning rate; absent: as the study's hyperparameters say. */
  readonly learningRate?: number;
  /** Learning rate as the square root of the batch, from what the study's hyperparameters say of both. */
  readonly rateBySquareRoot?: true;
  /** Without decay, whatever the study's schedule: for losses that are read on the way. */
  readonly constantRate?: true;
  /** Evaluations over the run, where the study asks for none on the way. */
  readonly evaluations?: number;
  /** Ends once the validation loss has not fallen over so many evaluations, where the study does not say. */
  readonly patience?: number;
  /** Measures the gradient noise scale, where the study does not say. */
  readonly gradientNoise?: true;
}

/** Parts of Kaplan's design: L(N), L(D), L(C), and the scan of batches. */
export type Part = "model" | "data" | "compute" | "batch";

/** What a design has to know to name its runs. */
export interface DesignContext {
  readonly vocabulary: number;
  readonly counting: Study["counting"];
}

/** The same request once for every seed. */
export function overSeeds(seeds: number, request: Omit<DesignRequest, "seed">): DesignRequest[] {
  return Array.from({ length: seeds }, (_, seed) => ({ ...request, seed }));
}
