import { readFile } from "node:fs/promises";
import {
  type AllocationFit,
  type DataConstrainedFit,
  IsoflopError,
  lawFromFit,
  type NamedLaw,
  orThrow,
  publishedLaw,
} from "@isoflop/laws";
import { systemCode } from "@isoflop/trainer";
import { z } from "zod";

const positive = z.number().positive();
const frontier = {
  kN: positive,
  a: z.number(),
  kD: positive,
  b: z.number(),
  E: z.number(),
  k: z.number(),
  gamma: z.number(),
};
const numbers = z.array(z.looseObject({ logResidual: z.number() })).default([]);

/** What planning takes of any fit. A summary (`isoflop fit --json`) has no draws: its plan has no intervals. */
const common = {
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  diagnostics: z.looseObject({ observations: z.number() }),
  compute: z.object({ coefficient: positive, exponent: positive }),
  draws: z
    .object({ names: z.array(z.string()), rows: z.array(z.array(z.number())) })
    .refine(({ names, rows }) => rows.every((row) => row.length === names.length))
    .default({ names: [], rows: [] }),
};
const fitSchema = z.discriminatedUnion("law", [
  z.looseObject({
    ...common,
    law: z.literal("chinchilla"),
    approach: z.literal("3"),
    parameters: z.looseObject({
      E: z.number().nonnegative(),
      A: positive,
      B: positive,
      alpha: positive,
      beta: positive,
    }),
    residuals: numbers,
  }),
  z.looseObject({
    ...common,
    law: z.literal("isoflop-power-law"),
    approach: z.literal("2"),
    parameters: z.looseObject(frontier),
    residuals: z.array(z.looseObject({ logLoss: z.number() })).default([]),
    noise: z.array(z.number()).default([]),
  }),
  z.looseObject({
    ...common,
    law: z.literal("envelope-power-law"),
    approach: z.literal("1"),
    parameters: z.looseObject(frontier),
    noise: z.array(z.number()).default([]),
  }),
  z.looseObject({
    ...common,
    law: z.literal("kaplan-model-data"),
    approach: z.literal("kaplan"),
    parameters: z.looseObject({ Nc: positive, Dc: positive, alphaN: positive, alphaD: positive }),
    residuals: numbers,
  }),
  z.looseObject({
    ...common,
    law: z.literal("data-constrained"),
    approach: z.literal("data-constrained"),
    form: z.enum(["exponential", "geometric"]),
    base: z.looseObject({ name: z.string() }),
    parameters: z.looseObject({
      E: z.number().nonnegative(),
      A: positive,
      B: positive,
      alpha: positive,
      beta: positive,
      RD: positive,
      RN: positive,
    }),
    intervals95: z.record(z.string(), z.array(z.number())).default({}),
    residuals: numbers,
  }),
]);
/**
 * Several fits in one file: this is planned by, the first that is there. L(N, D) answers every question of a plan; where
 * unique tokens are few, the data-constrained fit goes before.
 */
const PREFERENCE = [
  "chinchilla",
  "isoflop-power-law",
  "envelope-power-law",
  "kaplan-model-data",
  "data-constrained",
] as const;

/**
 * A published law by name, or a fit that a study wrote (fits/<law>.json) or `isoflop fit --json` printed.
 * Errors: unknown-law, law-file.
 * @param fewTokens whether the question is of few unique tokens
 */
export async function readLaw(name: string, fewTokens = false): Promise<NamedLaw> {
  if (!name.endsWith(".json")) return orThrow(publishedLaw(name));
  const fail = (why: string, cause?: unknown) =>
    new IsoflopError({
      code: "law-file",
      message: `--law ${name}: ${why}.`,
      hint: "Give a fit that a study wrote (fits/chinchilla.json, fits/isoflop-power-law.json), what `isoflop fit … --json` printed, or the name of a published law.",
      cause,
    });
  const text = await readFile(name, "utf8").catch((cause: unknown) => {
    throw fail(`the file cannot be read (${systemCode(cause) ?? String(cause)})`, cause);
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw fail("it is not JSON", cause);
  }
  const candidate = chooseFit(content, fewTokens);
  if (candidate === undefined) throw fail("it holds no fit that says what is optimal");
  const fit = fitSchema.safeParse(candidate);
  if (!fit.success) {
    const [issue] = fit.error.issues;
    throw fail(`its fit is damaged: ${issue?.path.join(".")}: ${issue?.message}`, fit.error);
  }
  // The schema has all that planning reads of a fit; what only figures and reports read may be missing.
  return orThrow(lawFromFit(fit.data as unknown as AllocationFit | DataConstrainedFit, name));
}

function chooseFit(content: unknown, fewTokens: boolean): unknown {
  const several = z.looseObject({ fits: z.array(z.looseObject({ law: z.string() })) }).safeParse(content).data?.fits;
  const fits = several ?? [z.looseObject({ law: z.string() }).safeParse(content).data];
  const preference = fewTokens ? ["data-constrained", ...PREFERENCE] : PREFERENCE;
  return preference.map((law) => fits.find((fit) => fit?.law === law)).find((fit) => fit !== undefined);
}
