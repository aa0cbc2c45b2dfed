import { createRandom } from "@isoflop/laws";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import type { Parametrisation } from "../model/parameters.js";
import { COORDINATES, type Coordinate, coordinateCheck } from "./coordinateCheck.js";

const context = 32;
const sequences = 4;
const widths = [32, 64, 128, 256];
const seeds = [0, 1];

type Architecture = Omit<RunSpec["shape"], "width" | "layers" | "heads" | "headWidth" | "feedForward">;
const common = { vocabulary: 256, context } as const;
const architectures: Readonly<Record<string, Architecture>> = {
  compact: {
    ...common,
    normalisation: "layer",
    positions: "alibi",
    activation: "relu2",
    biases: false,
    tiedEmbeddings: true,
  },
  gpt2: {
    ...common,
    normalisation: "layer",
    positions: "learned",
    activation: "gelu",
    biases: true,
    tiedEmbeddings: true,
  },
  llama: {
    ...common,
    normalisation: "rms",
    positions: "rope",
    activation: "swiglu",
    biases: false,
    tiedEmbeddings: false,
  },
};

const { integer } = createRandom(5);
/** Four of the 256 tokens, each followed by one of three: so much to learn that the random start is soon outweighed. */
const tokens = new Int32Array(sequences * (context + 1));
for (let i = 1; i < tokens.length; i++) tokens[i] = (tokens[i - 1]! + 1 + integer(3)) % 4;

const optimizer = {
  kind: "adamw",
  learningRate: 0.0056,
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  clip: 1,
} as const;

/** Exponent of the change after `step` steps in the width, and its standard error from the scatter over widths and seeds. */
function slopes(
  rows: readonly { width: number; changes: Readonly<Record<Coordinate, readonly number[]>> }[],
  step: number,
) {
  const x = rows.map(({ width }) => Math.log(width));
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const centred = x.map((value) => value - mean(x));
  const spread = centred.reduce((sum, value) => sum + value ** 2, 0);
  return Object.fromEntries(
    COORDINATES.map((name) => {
      const y = rows.map(({ changes }) => Math.log(changes[name][step - 1]!));
      const slope = centred.reduce((sum, value, i) => sum + value * y[i]!, 0) / spread;
      const residuals = y.map((value, i) => value - mean(y) - slope * centred[i]!);
      const variance = residuals.reduce((sum, value) => sum + value ** 2, 0) / (rows.length - 2);
      return [name, { slope, error: Math.sqrt(variance / spread) }];
    }),
  ) as Record<Coordinate, { slope: number; error: number }>;
}

async function check(architecture: Architecture, kind: Parametrisation["kind"], steps: number) {
  const rows = [];
  for (const width of widths) {
    const feedForward = architecture.activation === "swiglu" ? 8 * Math.ceil(width / 3) : 4 * width;
    const shape = { ...architecture, layers: 2, width, heads: 4, headWidth: width / 4, feedForward };
    for (const seed of seeds) {
      const description = { shape, parametrisation: { kind, baseWidth: 32 } };
      rows.push(await coordinateCheck({ description, optimizer, tokens, steps, seed, threads: 1 }));
    }
  }
  return rows;
}

/** Student's t of 6 degrees of freedom (4 widths x 2 seeds, 2 fitted) at 99.5 %. */
const student = 3.71;
/** What a change c + c'/sqrt(width), with c' a fifth of c at the smallest width, adds to the exponent. */
const finiteWidth = 0.05;

describe.each(Object.entries(architectures))("coordinate check, %s", (_, architecture) => {
  test("under muP training moves no activation more in wider models, the stream and soon the logits just as much", async () => {
    const rows = await check(architecture, "mup", 8);
    for (const step of [1, 4, 8]) {
      const found = slopes(rows, step);
      for (const name of COORDINATES) {
        const { slope, error } = found[name];
        expect(slope, name).toBeLessThan(finiteWidth + student * error);
        // Scores and logits begin at random numbers that fall as 1 / sqrt(width): Yang et al. 2022, appendix D.2.
        expect(slope, name).toBeGreaterThan(-0.5 - finiteWidth - student * error);
      }
      expect(found.stream.slope).toBeGreaterThan(-finiteWidth - student * found.stream.error);
    }
    const { logits } = slopes(rows, 8);
    expect(logits.slope).toBeGreaterThan(-finiteWidth - student * logits.error);
  });

  test("under the standard parametrisation it moves stream, scores and logits the more the wider they are", async () => {
    const rows = await check(architecture, "standard", 4);
    for (const step of [1, 4]) {
      const found = slopes(rows, step);
      for (const name of ["stream", "attention", "logits"] as const) {
        expect(found[name].slope - student * found[name].error, name).toBeGreaterThan(finiteWidth);
      }
    }
  });
});
