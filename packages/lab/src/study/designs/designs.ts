import { z } from "zod";
import type { Study } from "../schema.js";
import { type EnvelopeDesign, envelopeRequests, envelopeSchema } from "./envelope.js";
import { type EpochsDesign, epochsRequests, epochsSchema } from "./epochs.js";
import { type GridDesign, gridRequests, gridSchema } from "./grid.js";
import { type IsoflopDesign, isoflopRequests, isoflopSchema } from "./isoflop.js";
import { type KaplanDesign, kaplanRequests, kaplanSchema } from "./kaplan.js";
import { type LadderDesign, ladderRequests, ladderSchema } from "./ladder.js";
import { listedRequests } from "./listedRun.js";
import { type PlainRunsDesign, plainRunsRequests, plainRunsSchema } from "./plainRuns.js";
import type { DesignContext, DesignRequest } from "./request.js";

/** `design`: one kind or the other, each a file of this folder. */
export const designSchema = z.discriminatedUnion("kind", [
  isoflopSchema,
  envelopeSchema,
  ladderSchema,
  kaplanSchema,
  epochsSchema,
  gridSchema,
  plainRunsSchema,
]);

export type Design =
  | IsoflopDesign
  | EnvelopeDesign
  | LadderDesign
  | KaplanDesign
  | EpochsDesign
  | GridDesign
  | PlainRunsDesign;

/** Every run that a study's design asks for. Errors: those of its kind, design-shape. */
export function designRequests(study: Study, vocabulary: number): DesignRequest[] {
  const { design, counting } = study;
  const context: DesignContext = { vocabulary, counting };
  // Of Kaplan's parts, the one that Approach 3 is fitted to.
  const part = design.kind === "kaplan" ? ({ part: "compute" } as const) : {};
  const listed = listedRequests(design.also, design, context).map((request) => ({ ...request, ...part }));
  return [...ownRequests(study, context), ...listed];
}

/** The runs of the design's kind. */
function ownRequests(study: Study, context: DesignContext): DesignRequest[] {
  const { design } = study;
  switch (design.kind) {
    case "isoflop":
      return isoflopRequests(design, context, study.decided);
    case "envelope":
      return envelopeRequests(design, context);
    case "ladder":
      return ladderRequests(design, context);
    case "kaplan":
      return kaplanRequests(design, context);
    case "epochs":
      return epochsRequests(design, context);
    case "grid":
      return gridRequests(design, context);
    case "runs":
      return plainRunsRequests(design, context);
  }
}
