import { isIsoflopError } from "@isoflop/laws/error";
import { DEFAULT_MFU, parseCluster } from "@isoflop/laws/quantities";
import { z } from "zod";
import { notNegative, positive, quantity } from "./fields.js";

const accelerator = z.string().transform((text, context) => {
  const cluster = parseCluster(text);
  if (!isIsoflopError(cluster)) return cluster;
  context.addIssue({ code: "custom", message: `${cluster.message} ${cluster.hint ?? ""}`.trim() });
  return z.NEVER;
});

/** `hardware`: what one run trains on, where the dry run cannot measure it, and what an hour of it costs. */
export const hardwareSchema = z
  .strictObject({
    /** Of one run: H100, 8xH100. */
    accelerator: accelerator.optional(),
    /** Model-FLOPs utilisation: the share of the peak that training attains (Chowdhery et al. 2022, appendix B). */
    mfu: quantity
      .refine((value) => value > 0 && value <= 1, { error: "must lie between 0 and 1" })
      .default(DEFAULT_MFU),
    /** FLOP/s of one run, instead of an accelerator's. */
    flopsPerSecond: positive.optional(),
    /** Of one hour of one accelerator, or of one core where there is none. */
    price: notNegative.optional(),
    currency: z.string().min(1).max(8).default("USD"),
  })
  .superRefine(({ accelerator, flopsPerSecond }, context) => {
    if (accelerator === undefined || flopsPerSecond === undefined) return;
    context.addIssue({
      code: "custom",
      path: ["flopsPerSecond"],
      message: "the accelerator and its mfu say how fast a run is; give one or the other",
    });
  });

export type Hardware = z.output<typeof hardwareSchema>;

/** FLOP/s of one run by the study's hardware; undefined where it does not say. */
export function hardwareSpeed({ accelerator, mfu, flopsPerSecond }: Hardware): number | undefined {
  if (accelerator === undefined) return flopsPerSecond;
  return accelerator.count * accelerator.accelerator.peakFlopsPerSecond * mfu;
}
