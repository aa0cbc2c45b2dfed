// Test support: runs of the Python trainer, and what they computed.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { type RunSpec, resultSchema } from "../../../packages/trainer/src/contract/runSpec.js";
import { readMetrics } from "../../../packages/trainer/src/training/metricsFile.js";
import { tinyRunFolder } from "../../../packages/trainer/src/training/tinyRun.js";
import { trainWithTorch } from "./python.js";

export const result = (folder: string) =>
  resultSchema.parse(JSON.parse(readFileSync(join(folder, "result.json"), "utf8")));

/** Trains a run to its end and returns its folder. */
export function trained(of: RunSpec, ...options: string[]): string {
  const folder = tinyRunFolder(of);
  const { status, stderr } = trainWithTorch(...options, folder);
  expect([status, stderr]).toEqual([0, ""]);
  return folder;
}

/** What a run computed: everything but the clock. */
export function numbers(folder: string) {
  const { wallSeconds: _, sessions: __, ...rest } = result(folder);
  const metrics = readMetrics(join(folder, "metrics.jsonl")).map(({ time: _time, ...line }) => line);
  const [state] = readdirSync(join(folder, "checkpoint"));
  const bytes = readFileSync(join(folder, "checkpoint", state!));
  return { result: rest, metrics, state: bytes.subarray(bytes.indexOf(10)).toString("base64") };
}

export const losses = (folder: string): number[] =>
  readMetrics(join(folder, "metrics.jsonl")).map((line) => line["train/loss"]);

/** The largest difference of two runs at any step; they must have as many. */
export function worstStep(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((loss, i) => Math.abs(loss - b[i]!)));
}
