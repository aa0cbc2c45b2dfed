import {
  type ChinchillaParameters,
  type CountingConvention,
  chinchilla,
  createRandom,
  type RunRecord,
  syntheticStudy,
} from "@isoflop/laws";
import type { Observed } from "../../state/observations.js";

/** The planted law: of the kind that byte-level models of some thousand parameters follow. */
export const PLANTED_TRUTH: ChinchillaParameters = { E: 1.12, A: 18, B: 74, alpha: 0.34, beta: 0.36 };
/** Standard deviation of ln loss from run to run. */
export const PLANTED_NOISE = 0.003;
const BUDGETS = [3e10, 6e10, 1.2e11, 2.4e11, 4.8e11];
const HELD_OUT = 1.6e12;
const CONVENTION: CountingConvention = { parameters: "total", flops: "6N" };

/** A made-up isoFLOP study whose law is known: seven sizes at five budgets with curves, two larger runs held out. */
export function plantedStudy(seed: number, title: string): Observed {
  const random = createRandom(seed);
  const shared = { truth: PLANTED_TRUTH, noise: PLANTED_NOISE, random };
  const records = syntheticStudy({ ...shared, budgets: BUDGETS, sizes: 7, width: 30, curvePoints: 60 });
  const held = (shift: number, id: string): RunRecord => {
    const parameters = chinchilla.optimum(PLANTED_TRUTH, HELD_OUT).parameters * shift;
    const tokens = HELD_OUT / (6 * parameters);
    const loss = chinchilla.loss(PLANTED_TRUTH, parameters, tokens) * Math.exp(PLANTED_NOISE * random.normal());
    return { id, parameters, tokens, flops: HELD_OUT, budget: HELD_OUT, loss };
  };
  const holdouts = [
    { ...held(1, "held-out-optimum"), role: "holdout-optimum" },
    { ...held(4, "held-out-larger"), role: "holdout-larger" },
  ] as const;
  return {
    title,
    convention: CONVENTION,
    records,
    holdouts,
    names: Object.fromEntries([...records, ...holdouts].map(({ id }) => [id, id])),
    dropped: [],
    source: { kind: "dropped", names: [], plantedSeed: seed },
  };
}
