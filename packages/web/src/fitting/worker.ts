import type { FromWorker, Question, Runs, ToWorker } from "./protocol.js";
import { pointStages } from "./stages.js";
import { warmUp } from "./warmUp.js";

// Point fits are made here; what takes longer in a worker of its own, which is ended as soon as something newer is asked.
let runs: Runs | undefined;
let deep: Worker | undefined;
let newest: Question | undefined;
let scheduled = false;

const say = (message: FromWorker): void => postMessage(message);

function answerNewest(): void {
  scheduled = false;
  const question = newest;
  if (runs === undefined || question === undefined) return;
  for (const answer of pointStages(runs, question, () => performance.now())) say({ id: question.id, answer });
  deep = new Worker(new URL("./deepWorker.ts", import.meta.url), { type: "module" });
  deep.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => say(data));
  deep.addEventListener("error", (event) => {
    event.preventDefault();
    throw new Error(event.message);
  });
  deep.postMessage({ runs, question });
}

addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  deep?.terminate();
  deep = undefined;
  if (data.kind === "runs") {
    runs = data.runs;
    newest = undefined;
    return;
  }
  newest = data.question;
  // After all that has come by now: of several questions the newest is answered.
  if (!scheduled) setTimeout(answerNewest, 0);
  scheduled = true;
});

// While the page still waits for its runs.
setTimeout(() => {
  if (newest === undefined) warmUp();
}, 0);
