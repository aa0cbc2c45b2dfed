import { countParameters, flopsPerToken, formatCount, formatFlops, IsoflopError } from "@isoflop/laws";
import type { Corpus, RunSpec } from "@isoflop/trainer";
import { unsweptChoices } from "./choices.js";
import { resolveTraining } from "./hyperparameters.js";
import { runId } from "./identity.js";
import { affordableTokens, isoflopProfiles, type Profile } from "./ladder.js";
import { memoryTest } from "./memory.js";
import { noiseParts } from "./noiseParts.js";
import type { Study } from "./schema.js";
import { countedParameters } from "./shapes.js";
import { softwareVersions } from "./versions.js";

/** A run as a design asks for it, before hyperparameters. */
export interface RunRequest {
  readonly shape: RunSpec["shape"];
  /** Training tokens wanted; rounded to whole batches. */
  readonly tokens: number;
  readonly budget: number;
  readonly role: RunSpec["role"];
  readonly seed: number;
  /** Tokens of the study's longest run, where the caller knows them. */
  readonly longestTokens?: number;
}

/** Every run that the fits of a study need: budgets x sizes x seeds. Deterministic. Errors as in resolveRun. */
export function resolveRuns(study: Study, corpus: Corpus): RunSpec[] {
  const profiles = isoflopProfiles(study, corpus.vocabulary);
  const longest = longestTokens(profiles, study);
  const runs = profiles.flatMap(({ budget, shapes }) =>
    shapes.flatMap(({ shape }) =>
      Array.from({ length: study.design.seeds }, (_, seed) =>
        resolveRun(
          {
            shape,
            tokens: affordableTokens(budget, shape, study.counting.flops),
            budget,
            role: "fit",
            seed,
            longestTokens: longest,
          },
          study,
          corpus,
        ),
      ),
    ),
  );
  const seen = new Map<string, RunSpec>();
  for (const run of runs) {
    const twin = seen.get(run.id);
    if (twin !== undefined) {
      throw new IsoflopError({
        code: "design-duplicate-runs",
        message: `The design asks twice for the same run (${run.name}).`,
        hint: "Give every budget in design.budgets once.",
      });
    }
    seen.set(run.id, run);
  }
  return runs;
}

/** Tokens of the longest run that the fits need: the length of Kaplan's one schedule for all. */
function longestTokens(profiles: readonly Profile[], study: Study): number {
  return Math.max(
    ...profiles.flatMap(({ budget, shapes }) =>
      shapes.map(({ shape }) => affordableTokens(budget, shape, study.counting.flops)),
    ),
  );
}

/** One run with every field resolved. Errors: design-tokens-exceed-corpus, design-unique-tokens, corpus-too-small. */
export function resolveRun(request: RunRequest, study: Study, corpus: Corpus): RunSpec {
  const { shape, budget, role, seed } = request;
  const training = resolveTraining(
    {
      context: shape.context,
      tokens: request.tokens,
      longestTokens: request.longestTokens ?? longestTokens(isoflopProfiles(study, corpus.vocabulary), study),
      fits: memoryTest(shape, study),
    },
    study.hyperparameters,
    study.settled ?? unsweptChoices(study),
  );
  const size = formatCount(countedParameters(shape, study.counting.parameters));
  const name = `${role === "fit" ? "" : `${role}-`}C${formatFlops(budget)}-N${size}-s${seed}`;
  const uniqueSequences = resolveUniqueSequences(study, corpus, shape.context);
  checkRepeats(name, training.tokens, shape.context, uniqueSequences, study, corpus);
  const { earlyStopping } = study.evaluation;
  const gradientNoise = noiseParts(study.evaluation.gradientNoise, training.batch.sequences, name);
  const spec: Omit<RunSpec, "id"> = {
    contract: 2,
    name,
    shape,
    parameters: countParameters(shape),
    flopsPerToken: {
      "6N": flopsPerToken(shape, "6N"),
      kaplan: flopsPerToken(shape, "kaplan"),
      hoffmann: flopsPerToken(shape, "hoffmann"),
    },
    convention: study.counting.flops,
    budget,
    role,
    ...training,
    seed,
    data: {
      folder: corpus.folder,
      corpus: corpus.source,
      corpusHash: corpus.corpusHash,
      tokenizer: corpus.tokenizer,
      tokenizerHash: corpus.tokenizerHash,
      tokenBytes: corpus.tokenBytes,
      trainTokens: corpus.trainTokens,
      validationTokens: corpus.validationTokens,
      validationBytesPerToken: corpus.validationBytesPerToken,
      ...(uniqueSequences === undefined ? {} : { uniqueSequences }),
      validationSets: [...corpus.validationSets],
    },
    evaluation: {
      everySteps: study.evaluation.everySteps,
      sequences: validationSequences(study, corpus, shape.context),
      ...(earlyStopping === undefined ? {} : { earlyStopping }),
    },
    ...(gradientNoise === undefined ? {} : { gradientNoise }),
    tasks: [...(study.taskFiles ?? [])],
    checkpoint: {
      everySteps:
        study.checkpoint.everySteps === "auto"
          ? Math.max(10, Math.ceil(training.steps / 20))
          : study.checkpoint.everySteps,
    },
    runtime: runtimeOf(study),
    versions: softwareVersions(),
  };
  return { ...spec, id: runId(spec) };
}

const runtimeOf = ({ executor: { threads, device, precision } }: Study) => ({ threads, device, precision });

/** As many as asked for, or as many as the held-out text has (each needs one token more than it predicts). */
function validationSequences(study: Study, corpus: Corpus, context: number): number {
  const short = [{ name: "data.validation", tokens: corpus.validationTokens }, ...corpus.validationSets].find(
    ({ tokens }) => sequencesOf(tokens, context) < 1,
  );
  if (short !== undefined) {
    const [what, remedy] =
      short.name === "data.validation"
        ? [`${corpus.source} holds out`, "raise data.validation"]
        : [`The validation set ${short.name} has`, "leave the set out"];
    throw new IsoflopError({
      code: "corpus-too-small",
      message: `${what} ${short.tokens} tokens: not one sequence of ${context} tokens.`,
      hint: `Add more text, ${remedy}, or lower design.shapes.context.`,
    });
  }
  return Math.min(study.evaluation.sequences, sequencesOf(corpus.validationTokens, context));
}

const sequencesOf = (tokens: number, context: number): number => Math.floor((tokens - 1) / context);

/** data.uniqueTokens in whole sequences; absent: all that there are. */
function resolveUniqueSequences(study: Study, corpus: Corpus, context: number): number | undefined {
  const { uniqueTokens } = study.data;
  if (uniqueTokens === undefined) return undefined;
  const sequences = Math.min(Math.round(uniqueTokens / context), sequencesOf(corpus.trainTokens, context));
  if (sequences >= 1 && uniqueTokens <= corpus.trainTokens) return sequences;
  throw new IsoflopError({
    code: "design-unique-tokens",
    message:
      sequences < 1
        ? `data.uniqueTokens is ${uniqueTokens}: not one sequence of ${context} tokens.`
        : `data.uniqueTokens is ${formatCount(uniqueTokens)} (${uniqueTokens}); ${corpus.source} has ${formatCount(corpus.trainTokens)} (${corpus.trainTokens}) for training.`,
    hint: "Take a number from design.shapes.context to the size of the corpus, or add more text.",
  });
}

/** Repeated tokens follow another law (Muennighoff et al. 2023): a run sees none twice unless the study asks for it. */
function checkRepeats(
  name: string,
  tokens: number,
  context: number,
  uniqueSequences: number | undefined,
  { data }: Study,
  corpus: Corpus,
): void {
  if (data.repeat ?? uniqueSequences !== undefined) return;
  if (tokens <= (uniqueSequences ?? sequencesOf(corpus.trainTokens, context)) * context) return;
  const there =
    uniqueSequences === undefined
      ? `${corpus.source} has ${formatCount(corpus.trainTokens)} (${corpus.trainTokens}) for training`
      : `data.uniqueTokens allows ${formatCount(uniqueSequences * context)}, and data.repeat no repeats`;
  throw new IsoflopError({
    code: "design-tokens-exceed-corpus",
    message: `Run ${name} wants ${formatCount(tokens)} tokens (${tokens}); ${there}.`,
    hint: "Add more text, lower the largest budget, centre the profiles on larger models (design.centre.tokensPerParameter), lower design.span, or train on it again: data.repeat: true.",
  });
}
