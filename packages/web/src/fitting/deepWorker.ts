import type { FromWorker, Question, Runs } from "./protocol.js";
import { deepStages } from "./stages.js";

addEventListener("message", ({ data }: MessageEvent<{ readonly runs: Runs; readonly question: Question }>) => {
  const { runs, question } = data;
  for (const answer of deepStages(runs, question)) postMessage({ id: question.id, answer } satisfies FromWorker);
});
