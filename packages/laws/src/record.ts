/** One point of a training curve. */
export interface CurvePoint {
  /** Tokens seen so far. */
  readonly tokens: number;
  /** Training FLOPs spent so far, in the record's convention. */
  readonly flops: number;
  /** Loss in nats per token. */
  readonly loss: number;
}

/** How the N and C of a set of records were counted; two records are comparable only under the same convention. */
export interface CountingConvention {
  /** Which parameters N counts: every one (Hoffmann), or all but the embeddings (Kaplan). */
  readonly parameters: "total" | "non-embedding" | "given";
  /** How C follows from N and D (see model/flops). "given": as the source had it. */
  readonly flops: "6N" | "kaplan" | "hoffmann" | "given";
}

/** One trained model, as every fit takes it. */
export interface RunRecord {
  readonly id: string;
  /** N, in the convention's count. */
  readonly parameters: number;
  /** D, training tokens. */
  readonly tokens: number;
  /** C, training FLOPs. */
  readonly flops: number;
  /** Final test loss, nats per token. */
  readonly loss: number;
  /** Nominal compute budget of the isoFLOP profile this run belongs to, FLOPs. */
  readonly budget?: number;
  readonly seed?: number;
  /** The training run that this observation belongs to; checkpoints of one run are not independent of each other. */
  readonly run?: string;
  /** U_D, unique tokens among those trained on; absent: nothing was repeated. */
  readonly uniqueTokens?: number;
  /** Training-loss curve, tokens ascending. */
  readonly curve?: readonly CurvePoint[];
}
