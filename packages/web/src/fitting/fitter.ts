import type { Answer, FromWorker, Question, Runs, ToWorker } from "./protocol.js";

/** Fits in a worker. Answers to what was asked before the newest question are not told. */
export class Fitter {
  #worker: Worker | undefined;
  #runs: Runs | undefined;
  #last = 0;
  readonly #onAnswer: (answer: Answer) => void;
  readonly #onFailure: (reason: string) => void;

  constructor(onAnswer: (answer: Answer) => void, onFailure: (reason: string) => void) {
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
    // At once: by the first question it is ready.
    this.#worker = this.#start();
  }

  /** Asks of these runs; they are sent to the worker only when they are others than before. */
  ask(runs: Runs, question: Omit<Question, "id">): void {
    const worker = this.#worker ?? this.#start();
    this.#worker = worker;
    const send = (message: ToWorker): void => worker.postMessage(message);
    if (runs !== this.#runs) send({ kind: "runs", runs });
    this.#runs = runs;
    send({ kind: "question", question: { ...question, id: ++this.#last } });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      if (data.id === this.#last) this.#onAnswer(data.answer);
    });
    worker.addEventListener("error", (event) => {
      // A worker that threw is no longer to be trusted: the next question starts another.
      worker.terminate();
      this.#worker = undefined;
      this.#runs = undefined;
      // A script that could not be loaded has no message.
      this.#onFailure(event.message ?? "");
    });
    return worker;
  }
}
