import { fitObservations } from "@isoflop/laws/procedures";
import type { FitAnswer, FitRequest } from "./protocol.js";

// Fits run here, so that the page goes on answering while they do.
addEventListener("message", ({ data }: MessageEvent<FitRequest>) => {
  const started = performance.now();
  const { fits, skipped } = fitObservations(data.records, data.convention, data.choices);
  const answer: FitAnswer = {
    id: data.id,
    fits,
    skipped: skipped.map(({ approach, error: { code, message, hint } }) => ({
      approach,
      code,
      message,
      ...(hint === undefined ? {} : { hint }),
    })),
    milliseconds: performance.now() - started,
  };
  postMessage(answer);
});
