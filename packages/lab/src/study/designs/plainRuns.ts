import { z } from "zod";
import { commonFields } from "./fields.js";
import { listedRequests, listedRunSchema } from "./listedRun.js";
import type { DesignContext, DesignRequest } from "./request.js";

/** A plain list of runs. */
export const plainRunsSchema = z.strictObject({
  kind: z.literal("runs"),
  runs: z.array(listedRunSchema).min(1, { error: "needs at least one run" }).max(100_000),
  ...commonFields,
});

export type PlainRunsDesign = z.output<typeof plainRunsSchema>;

/** Errors: design-shape. */
export function plainRunsRequests(design: PlainRunsDesign, context: DesignContext): DesignRequest[] {
  return listedRequests(design.runs, design, context);
}
