import { appendFile, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { LiveEvents } from "../api.js";
import { createApp } from "../app.js";
import { openServed } from "../served.js";

const FAKE = fileURLToPath(new URL("../../executors/fixtures/fakeTrainer.mjs", import.meta.url));
const HOST = "127.0.0.1:4173";

/** A study of nine runs, in a folder of its own, by the trainer that trains nothing. */
export async function makeStudy(change: (text: string) => string = (text) => text): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "isoflop-live-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(20_000));
  const study = join(folder, "study");
  await mkdir(study);
  const text = `name: live
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }
design: { kind: isoflop, budgets: [1e9, 2e9, 4e9], sizes: 3, span: 4 }
executor: { kind: local, workers: 2 }
`;
  await writeFile(join(study, "study.yaml"), change(text));
  return study;
}

/** A server of what these paths hold, as a function of requests. */
export async function serverOf(...paths: string[]) {
  const studies = await openServed(paths);
  const app = createApp({
    studies,
    assets: new Map(),
    access: { hosts: new Set([HOST]) },
    pace: { pollMs: 20, queueMs: 50 },
  });
  const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
    Promise.resolve(
      app.request(`http://${HOST}/api/studies${path}`, { ...init, headers: { host: HOST, ...init.headers } }),
    );
  const post = (path: string, body: unknown): Promise<Response> =>
    ask(path, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } });
  return { key: studies[0]?.key ?? "", studies, ask, post };
}

type Message = { readonly [Name in keyof LiveEvents]: { event: Name; data: LiveEvents[Name] } }[keyof LiveEvents];

/** Reads an answer of server-sent events, and keeps what a page would keep. */
export function listenTo(response: Response) {
  if (response.body === null) throw new Error("no body");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const seen: Message[] = [];
  const runs = new Map<string, LiveEvents["runs"][number]>();
  const curves = new Map<string, number[]>();
  let state: LiveEvents["state"] | undefined;
  let text = "";
  const take = (message: Message): void => {
    seen.push(message);
    if (message.event === "snapshot") {
      runs.clear();
      curves.clear();
      for (const run of message.data.runs) runs.set(run.id, run);
      state = message.data;
    } else if (message.event === "state") state = message.data;
    else if (message.event === "runs") for (const run of message.data) runs.set(run.id, run);
    else if (message.event === "gone") for (const id of message.data) runs.delete(id);
    else
      for (const { id, whole, points } of message.data)
        curves.set(id, whole ? [...points] : [...(curves.get(id) ?? []), ...points]);
  };
  return {
    seen,
    runs,
    curves,
    state: () => state,
    /** Reads on until something holds. */
    until: async (holds: () => boolean): Promise<void> => {
      while (!holds()) {
        const { value, done } = await reader.read();
        if (done) throw new Error("the stream ended");
        text += value;
        for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
          const lines = text.slice(0, end).split("\n");
          text = text.slice(end + 2);
          const of = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
          const [event, data] = [of("event"), of("data")];
          if (event !== undefined && data !== undefined) take({ event, data: JSON.parse(data) } as Message);
        }
      }
    },
    close: () => reader.cancel(),
  };
}

/** Lines of metrics.jsonl from one step to another, every `every`. */
export function metricsLines(from: number, to: number, every = 1, note = ""): string {
  const lines: string[] = [];
  for (let step = from; step <= to; step += every) {
    const loss = 1 + 5 / Math.sqrt(step);
    lines.push(
      JSON.stringify({ step, tokens: step, flops: step, time: step, "train/loss": loss, lr: 1, grad_norm: 1, note }),
    );
  }
  return lines.map((line) => `${line}\n`).join("");
}

export const append = (run: string, text: string): Promise<void> => appendFile(join(run, "metrics.jsonl"), text);
