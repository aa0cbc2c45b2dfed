import type { FitAnswer, FitRequest } from "./protocol.js";

/** Fits in a worker; of questions asked while it was busy, only the latest is answered. */
export class Fitter {
  #worker: Worker | undefined;
  #busy = false;
  #waiting: FitRequest | undefined;
  #last = 0;
  readonly #onAnswer: (answer: FitAnswer) => void;
  readonly #onFailure: (reason: string) => void;

  constructor(onAnswer: (answer: FitAnswer) => void, onFailure: (reason: string) => void) {
    this.#onAnswer = onAnswer;
    this.#onFailure = onFailure;
  }

  /** Asks for fits; what was asked before and is not answered yet no longer counts. */
  ask(question: Omit<FitRequest, "id">): void {
    this.#waiting = { ...question, id: ++this.#last };
    this.#send();
  }

  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
  }

  #send(): void {
    if (this.#busy || this.#waiting === undefined) return;
    this.#worker ??= this.#start();
    this.#busy = true;
    this.#worker.postMessage(this.#waiting);
    this.#waiting = undefined;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<FitAnswer>) => {
      this.#busy = false;
      if (data.id === this.#last) this.#onAnswer(data);
      this.#send();
    });
    worker.addEventListener("error", (event) => {
      // A worker that threw is no longer to be trusted: the next question starts another.
      this.close();
      this.#busy = false;
      this.#onFailure(event.message);
      this.#send();
    });
    return worker;
  }
}
