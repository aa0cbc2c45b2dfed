import { z } from "zod";

const steps = z.number().int().positive();
const warmupSteps = z.number().int().nonnegative();
/** Final learning rate as a fraction of the peak. */
const floor = z.number().min(0).max(1);

/** How the learning rate goes over a run, after a linear warm-up. */
export const scheduleSchema = z.discriminatedUnion("kind", [
  /**
   * Half a cosine of a stated length, warm-up included; beyond it the floor. Its length is the run's (Hoffmann et al. 2022,
   * section 3.1 and appendix B: a longer one costs loss), or one for all runs (Kaplan et al. 2020, section 2.2).
   */
  z.strictObject({ kind: z.literal("cosine"), warmupSteps, lengthSteps: steps, floor }),
  z.strictObject({ kind: z.literal("constant"), warmupSteps }),
  /**
   * Warm-up, stable, decay (Hu et al. 2024, MiniCPM, section 4): the peak until the last `decaySteps`, then down in a line
   * or as 1 - sqrt (Hagele et al. 2024, equation 1).
   */
  z.strictObject({
    kind: z.literal("wsd"),
    warmupSteps,
    decaySteps: steps,
    decay: z.enum(["linear", "sqrt"]),
    floor,
  }),
]);
export type Schedule = z.infer<typeof scheduleSchema>;
