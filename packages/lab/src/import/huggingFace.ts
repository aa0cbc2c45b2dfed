import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { z } from "zod";
import { configBeside } from "./configBeside.js";
import { fingerprintOf } from "./fingerprint.js";
import { parseLooseJson } from "./looseJson.js";
import { numberOf } from "./metricFiles.js";
import type { ImportSource, TrackedPoint } from "./source.js";

const STATE = "trainer_state.json";
const CHECKPOINT = /^checkpoint-(\d+)$/;
/** log_history holds some 200 bytes a logged step: this is more than a million of them. */
const LARGEST = 256 * 2 ** 20;

const stateSchema = z.looseObject({
  global_step: z.number().optional(),
  max_steps: z.number().optional(),
  log_history: z.array(z.looseObject({ step: z.number().optional() })),
});

/**
 * The output folder of a Trainer of Hugging Face transformers (trainer_state.json, written by TrainerState), or one of its
 * checkpoints. Of several checkpoints the newest is the run: its log_history holds that of those before.
 */
export const huggingFace: ImportSource = {
  name: "hugging-face",
  independent: true,
  mayBe: ({ names }) => names?.some((name) => name === STATE || CHECKPOINT.test(name)) ?? false,
  recognises: async (path) => (await stat(path)).isDirectory() && (await stateFile(path)) !== undefined,
  fingerprint: async (path) => fingerprintOf([(await stateFile(path))?.file ?? join(path, STATE)]),
  open: async (path) => {
    const found = await stateFile(path);
    const file = found?.file ?? join(path, STATE);
    const { log_history: history, ...rest } = await readState(file);
    const notices: string[] = [];
    // The model's configuration is saved with the model: in the checkpoint, or in the folder of all.
    const places = [...new Set([path, found?.folder ?? path, found?.newest ?? path])];
    let config: Record<string, unknown> = {};
    for (const place of places) config = { ...config, ...configBeside(place, notices) };
    const summary = Object.fromEntries(Object.entries(rest).filter(([, value]) => typeof value !== "object"));
    const { global_step: step, max_steps: most } = rest;
    return {
      id: path,
      name: basename(path),
      source: file,
      config: { ...config, trainer_state: STATE },
      summary,
      ...(step === undefined || most === undefined ? {} : { state: step >= most ? "finished" : "running" }),
      series: () => pointsOf(history),
      notices: () => notices,
    };
  },
};

function* pointsOf(history: z.infer<typeof stateSchema>["log_history"]): Generator<TrackedPoint, void, undefined> {
  for (const { step = 0, ...values } of history) {
    for (const [key, value] of Object.entries(values)) {
      const number = numberOf(value);
      if (number !== undefined) yield { key, step, value: number };
    }
  }
}

async function stateFile(
  folder: string,
): Promise<{ readonly file: string; readonly folder: string; readonly newest: string | undefined } | undefined> {
  const names = await readdir(folder);
  const checkpoints = names
    .flatMap((name) => {
      const step = Number(CHECKPOINT.exec(name)?.[1] ?? Number.NaN);
      return Number.isFinite(step) ? [{ folder: join(folder, name), step }] : [];
    })
    .sort((a, b) => b.step - a.step);
  const places = [...(names.includes(STATE) ? [{ folder, step: 0 }] : []), ...checkpoints];
  for (const place of places) {
    const file = join(place.folder, STATE);
    if ((await stat(file).catch(() => undefined))?.isFile()) {
      return { folder: place.folder, file, newest: checkpoints[0]?.folder };
    }
  }
  return undefined;
}

async function readState(file: string): Promise<z.infer<typeof stateSchema>> {
  const fault = (why: string, cause?: unknown) =>
    new IsoflopError({
      code: "file-unreadable",
      message: `${file} cannot be read: ${why}.`,
      hint: "The Trainer writes it with every checkpoint: a checkpoint before it may be whole.",
      cause,
    });
  if ((await stat(file)).size > LARGEST) throw fault("it is larger than 256 MB");
  let value: unknown;
  try {
    value = parseLooseJson(await readFile(file, "utf8"));
  } catch (cause) {
    throw fault(`it is no JSON (${cause instanceof Error ? cause.message.slice(0, 120) : String(cause)})`, cause);
  }
  const state = stateSchema.safeParse(value);
  if (!state.success) throw fault("it has no log_history with steps");
  return state.data;
}
