import type { RunSpec } from "@isoflop/trainer/contract";
import type { Study } from "./schema.js";

/** N of a run as the study counts it. */
export function countedSize({ parameters }: Pick<RunSpec, "parameters">, counting: Study["counting"]): number {
  return counting.parameters === "total" ? parameters.total : parameters.block;
}

/** The heading of a column of such N: what is not the whole model says so. */
export function sizeHeading(counting: Study["counting"]): string {
  return counting.parameters === "total" ? "N" : "N non-embedding";
}
