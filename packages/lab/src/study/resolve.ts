import { countParameters, flopsPerToken, formatCount, formatFlops, IsoflopError } from "@isoflop/laws";
import type { Corpus, RunSpec } from "@isoflop/trainer";
import { sequenceCount } from "@isoflop/trainer/contract";
import { unsweptChoices } from "./choices.js";
import { designRequests } from "./designs/designs.js";
import type { DesignRequest, Part } from "./designs/request.js";
import { resolveTraining } from "./hyperparameters.js";
import { runId } from "./identity.js";
import { memoryTest } from "./memory.js";
import { noiseParts } from "./noiseParts.js";
import type { Study } from "./schema.js";
import { countedParameters } from "./shapes.js";
import { softwareVersions } from "./versions.js";

/** A run as a design asks for it, before hyperparameters. */
export interface RunRequest extends Omit<DesignRequest, "part"> {
  readonly role: RunSpec["role"];
  /** Tokens of the study's longest run, where the caller knows them. */
  readonly longestTokens?: number;
}

/** The runs of a design; and, where they serve several fits, the ids of those that each part is made of. */
export interface ResolvedRuns {
  readonly runs: readonly RunSpec[];
  readonly parts?: Readonly<Partial<Record<Part, readonly string[]>>>;
}

/** Every run that the fits of a study need. Deterministic. Errors as in resolveRun, and those of the design's kind. */
export function resolveRuns(study: Study, corpus: Corpus): readonly RunSpec[] {
  return resolveParts(study, corpus).runs;
}

/** The same, with the parts. A run may be of several parts; otherwise none is asked for twice. */
export function resolveParts(study: Study, corpus: Corpus): ResolvedRuns {
  const requests = designRequests(study, corpus.vocabulary);
  const longestTokens = Math.max(...requests.map(({ tokens }) => tokens));
  const seen = new Map<string, RunSpec>();
  const parts: Partial<Record<Part, string[]>> = {};
  for (const { part, ...request } of requests) {
    const run = resolveRun({ ...request, role: "fit", longestTokens }, study, corpus);
    const own = part === undefined ? undefined : (parts[part] ?? []);
    if (own === undefined ? seen.has(run.id) : own.includes(run.id)) {
      throw new IsoflopError({
        code: "design-duplicate-runs",
        message: `The design asks twice for the same run (${run.name}).`,
        hint:
          study.design.kind === "isoflop"
            ? "Give every budget in design.budgets once."
            : "Take one of them out, or set them further apart: a size becomes the nearest shape of the family, and batches make whole steps of their tokens. design.seeds repeats runs.",
      });
    }
    if (part !== undefined) parts[part] = [...(own ?? []), run.id];
    seen.set(run.id, run);
  }
  return { runs: [...seen.values()], ...(Object.keys(parts).length === 0 ? {} : { parts }) };
}

/** One run with every field resolved. Errors: design-tokens-exceed-corpus, design-unique-tokens, corpus-too-small. */
export function resolveRun(request: RunRequest, study: Study, corpus: Corpus): RunSpec {
  const { shape, budget, role, seed } = request;
  const noise: Study["evaluation"]["gradientNoise"] =
    study.evaluation.gradientNoise ?? (request.gradientNoise ? { everySteps: 10, sequences: "auto" } : undefined);
  const training = resolveTraining(
    {
      context: shape.context,
      tokens: request.tokens,
      longestTokens:
        request.longestTokens ?? Math.max(...designRequests(study, corpus.vocabulary).map(({ tokens }) => tokens)),
      fits: memoryTest(shape, { ...study, evaluation: { ...study.evaluation, gradientNoise: noise } }),
      ...(request.batchTokens === undefined ? {} : { batchTokens: request.batchTokens }),
      ...(request.learningRate === undefined ? {} : { learningRate: request.learningRate }),
      ...(request.rateBySquareRoot === undefined ? {} : { rateBySquareRoot: request.rateBySquareRoot }),
    },
    request.constantRate ? { ...study.hyperparameters, schedule: "constant" } : study.hyperparameters,
    study.settled ?? unsweptChoices(study),
  );
  const name = nameOf(request, study);
  const uniqueSequences = resolveUniqueSequences(
    request.uniqueTokens ?? study.data.uniqueTokens,
    corpus,
    shape.context,
  );
  const mayRepeat = request.uniqueTokens !== undefined || (study.data.repeat ?? uniqueSequences !== undefined);
  if (!mayRepeat) checkRepeats({ name, role }, training.tokens, shape.context, uniqueSequences, corpus);
  const evaluation = evaluationOf(request, training.steps, study);
  const gradientNoise = noiseParts(noise, training.batch.sequences, name);
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
    ...(budget === undefined ? {} : { budget }),
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
    evaluation: { ...evaluation, sequences: validationSequences(study, corpus, shape.context) },
    ...(gradientNoise === undefined ? {} : { gradientNoise }),
    tasks: [...(study.taskFiles ?? [])],
    checkpoint: {
      everySteps:
        study.checkpoint.everySteps === "auto"
          ? Math.max(10, Math.ceil(training.steps / 20))
          : study.checkpoint.everySteps,
    },
    runtime: runtimeOf(study),
    ...(study.logging.tensorboard ? { logging: { tensorboard: true } } : {}),
    versions: softwareVersions(),
  };
  return { ...spec, id: runId(spec) };
}

/** What tells a run from the others of its design, to a reader. */
function nameOf({ shape, tokens, budget, role, seed, uniqueTokens, batchTokens }: RunRequest, study: Study): string {
  const size = formatCount(countedParameters(shape, study.counting.parameters));
  const what = budget === undefined ? `N${size}-D${formatCount(tokens)}` : `C${formatFlops(budget)}-N${size}`;
  const unique = uniqueTokens === undefined ? "" : `-U${formatCount(uniqueTokens)}`;
  const batch = batchTokens === undefined ? "" : `-B${formatCount(batchTokens)}`;
  return `${role === "fit" ? "" : `${role}-`}${what}${unique}${batch}-s${seed}`;
}

/** The study's evaluations; a request's own where the study leaves them open. */
function evaluationOf(
  { evaluations, patience }: RunRequest,
  steps: number,
  { evaluation }: Study,
): Pick<RunSpec["evaluation"], "everySteps" | "earlyStopping"> {
  const everySteps =
    evaluation.everySteps === 0 && evaluations !== undefined
      ? Math.max(1, Math.ceil(steps / evaluations))
      : evaluation.everySteps;
  const earlyStopping =
    evaluation.earlyStopping ?? (patience === undefined ? undefined : { patience, minimumDecrease: 0 });
  return { everySteps, ...(earlyStopping === undefined ? {} : { earlyStopping }) };
}

const runtimeOf = ({ executor: { threads, device, precision } }: Study) => ({ threads, device, precision });

/**
 * As many as asked for, or as many as the largest of the texts has (each needs one token more than it predicts): of a smaller
 * one the trainer takes all there are.
 */
function validationSequences(study: Study, corpus: Corpus, context: number): number {
  const texts = [{ name: "data.validation", tokens: corpus.validationTokens }, ...corpus.validationSets];
  const short = texts.find(({ tokens }) => sequenceCount(tokens, context) < 1);
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
  const most = Math.max(...texts.map(({ tokens }) => sequenceCount(tokens, context)));
  return Math.min(study.evaluation.sequences, most);
}

/** Unique tokens in whole sequences; absent: all that there are. */
function resolveUniqueSequences(uniqueTokens: number | undefined, corpus: Corpus, context: number): number | undefined {
  if (uniqueTokens === undefined) return undefined;
  const sequences = Math.min(Math.round(uniqueTokens / context), sequenceCount(corpus.trainTokens, context));
  if (sequences >= 1 && uniqueTokens <= corpus.trainTokens) return sequences;
  throw new IsoflopError({
    code: "design-unique-tokens",
    message:
      sequences < 1
        ? `uniqueTokens is ${uniqueTokens}: not one sequence of ${context} tokens.`
        : `uniqueTokens is ${formatCount(uniqueTokens)} (${uniqueTokens}); ${corpus.source} has ${formatCount(corpus.trainTokens)} (${corpus.trainTokens}) for training.`,
    hint: "Take a number from design.shapes.context to the size of the corpus, or add more text.",
  });
}

/** Repeated tokens follow another law (Muennighoff et al. 2023): a run sees none twice unless the study asks for it. */
function checkRepeats(
  { name, role }: Pick<RunSpec, "name" | "role">,
  tokens: number,
  context: number,
  uniqueSequences: number | undefined,
  corpus: Corpus,
): void {
  if (tokens <= (uniqueSequences ?? sequenceCount(corpus.trainTokens, context)) * context) return;
  const there =
    uniqueSequences === undefined
      ? `${corpus.source} has ${formatCount(corpus.trainTokens)} (${corpus.trainTokens}) for training`
      : `data.uniqueTokens allows ${formatCount(uniqueSequences * context)}, and data.repeat no repeats`;
  throw new IsoflopError({
    code: "design-tokens-exceed-corpus",
    message: `Run ${name} wants ${formatCount(tokens)} tokens (${tokens}); ${there}.`,
    hint:
      role !== "fit"
        ? "Lower holdout.budgets, add more text, or train on it again: data.repeat: true."
        : "Add more text, ask for fewer tokens (in isoFLOP profiles: a lower largest budget, larger models by design.centre.tokensPerParameter, a lower design.span), or train on it again: data.repeat: true.",
  });
}
