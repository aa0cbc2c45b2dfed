import { readFile } from "node:fs/promises";
import {
  type AllocationFit,
  type DataConstrainedFit,
  IsoflopError,
  isIsoflopError,
  type LawFit,
  lawFromFit,
  lawFromLawFit,
  lawNamed,
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

const draws = z
  .object({ names: z.array(z.string()), rows: z.array(z.array(z.number())) })
  .refine(({ names, rows }) => rows.every((row) => row.length === names.length))
  .default({ names: [], rows: [] });

/** What planning takes of any fit. A summary (`isoflop fit --json`) has no draws: its plan has no intervals. */
const common = {
  warnings: z.array(z.looseObject({ code: z.string(), message: z.string() })),
  diagnostics: z.looseObject({ observations: z.number() }),
  compute: z.object({ coefficient: positive, exponent: positive }),
  draws,
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
/** What `isoflop fit --law` printed. */
const lawFitSchema = z.looseObject({
  approach: z.literal("law"),
  law: z.string(),
  parameters: z.record(z.string(), z.number()),
  warnings: common.warnings,
  diagnostics: common.diagnostics,
  residuals: z.array(z.looseObject({ predicted: z.number(), residual: z.number() })).default([]),
  draws,
});

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

/** A fit out of a file: of an approach, or of a law by itself. */
export type KeptFit = AllocationFit | DataConstrainedFit | LawFit;

/**
 * A published law by name, or a fit that a study wrote (fits/<law>.json) or `isoflop fit --json` printed.
 * Errors: unknown-law, law-file, law-without-optimum.
 * @param fewTokens whether the question is of few unique tokens
 */
export async function readLaw(name: string, fewTokens = false): Promise<NamedLaw> {
  if (!name.endsWith(".json")) return orThrow(publishedLaw(name));
  const fit = await readFit(name, "--law", fewTokens);
  return orThrow(fit.approach === "law" ? lawFromLawFit(fit, name) : lawFromFit(fit, name));
}

/**
 * The fit of a JSON file, the most useful where there are several. Errors: law-file.
 * @param flag what the user calls the file by, for messages
 */
export async function readFit(name: string, flag: string, fewTokens = false): Promise<KeptFit> {
  const fail = (why: string, cause?: unknown) =>
    new IsoflopError({
      code: "law-file",
      message: `${flag} ${name}: ${why}.`,
      hint: "Give a fit that a study wrote (fits/chinchilla.json, fits/isoflop-power-law.json), what `isoflop fit … --json` printed, or (--law) the name of a published law.",
      cause,
    });
  const content = await jsonOf(name).catch((cause: unknown) => {
    throw fail(
      cause instanceof SyntaxError
        ? "it is not JSON"
        : `the file cannot be read (${systemCode(cause) ?? String(cause)})`,
      cause,
    );
  });
  const candidate = chooseFit(content, fewTokens);
  if (candidate === undefined) throw fail("it holds no fit that says what is optimal");
  const parsed = (candidate.approach === "law" ? lawFitSchema : fitSchema).safeParse(candidate);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw fail(`its fit is damaged: ${issue?.path.join(".")}: ${issue?.message}`, parsed.error);
  }
  // The schema has all that planning reads of a fit; what only figures and reports read may be missing.
  const fit = parsed.data as unknown as KeptFit;
  if (fit.approach === "law") {
    const law = lawNamed(fit.law);
    if (isIsoflopError(law))
      throw fail(`it is a fit of ${JSON.stringify(fit.law)}, which is no law of \`isoflop laws\``);
    const missing = Object.keys(law.parameters).find((parameter) => !(parameter in fit.parameters));
    if (missing !== undefined) throw fail(`its fit is damaged: parameters.${missing} is missing`);
  }
  return fit;
}

/** Whether a JSON file holds fits, and not runs. Files that cannot be read are somebody else's to tell of. */
export async function holdsFits(name: string): Promise<boolean> {
  if (!name.endsWith(".json")) return false;
  const content = await jsonOf(name).catch(() => undefined);
  return chooseFit(content, false) !== undefined;
}

async function jsonOf(name: string): Promise<unknown> {
  return JSON.parse(await readFile(name, "utf8"));
}

const oneFit = z.looseObject({ approach: z.string(), law: z.string(), parameters: z.looseObject({}) });

function chooseFit(content: unknown, fewTokens: boolean): z.infer<typeof oneFit> | undefined {
  const several = z.looseObject({ fits: z.array(oneFit) }).safeParse(content).data?.fits;
  const fits = (several ?? [oneFit.safeParse(content).data]).filter((fit) => fit !== undefined);
  const preference = fewTokens ? ["data-constrained", ...PREFERENCE] : PREFERENCE;
  return (
    preference.map((law) => fits.find((fit) => fit.law === law && fit.approach !== "law")).find(Boolean) ??
    fits.find((fit) => fit.approach === "law")
  );
}
