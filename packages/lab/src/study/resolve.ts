import { countParameters, flopsPerToken, formatCount, formatFlops, IsoflopError } from "@isoflop/laws";
import type { Corpus, RunSpec } from "@isoflop/trainer";
import { resolveTraining } from "./hyperparameters.js";
import { runId } from "./identity.js";
import { affordableTokens, isoflopProfiles } from "./ladder.js";
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
}

/** Every run that the fits of a study need: budgets x sizes x seeds. Deterministic. Errors as in resolveRun. */
export function resolveRuns(study: Study, corpus: Corpus): RunSpec[] {
  const profiles = isoflopProfiles(study, corpus.vocabulary);
  const runs = profiles.flatMap(({ budget, shapes }) =>
    shapes.flatMap(({ shape }) =>
      Array.from({ length: study.design.seeds }, (_, seed) =>
        resolveRun(
          { shape, tokens: affordableTokens(budget, shape, study.counting.flops), budget, role: "fit", seed },
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

/** One run with every field resolved. Errors: design-tokens-exceed-corpus, corpus-too-small. */
export function resolveRun(request: RunRequest, study: Study, corpus: Corpus): RunSpec {
  const { shape, budget, role, seed } = request;
  const training = resolveTraining(shape, request.tokens, study.hyperparameters);
  const size = formatCount(countedParameters(shape, study.counting.parameters));
  const name = `${role === "fit" ? "" : `${role}-`}C${formatFlops(budget)}-N${size}-s${seed}`;
  checkTokens(name, training.tokens, corpus);
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
      tokenBytes: 1,
      trainTokens: corpus.trainTokens,
      validationTokens: corpus.validationTokens,
      validationBytesPerToken: 1,
      validationSets: [],
    },
    evaluation: {
      everySteps: study.evaluation.everySteps,
      sequences: validationSequences(study, corpus, shape.context),
    },
    tasks: [],
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
  const available = Math.floor((corpus.validationTokens - 1) / context);
  if (available < 1) {
    throw new IsoflopError({
      code: "corpus-too-small",
      message: `${corpus.source} holds out ${corpus.validationTokens} tokens: not one sequence of ${context} tokens.`,
      hint: "Add more text, raise data.validation, or lower design.shapes.context.",
    });
  }
  return Math.min(study.evaluation.sequences, available);
}

/** A study of one pass over the data must not train longer than the data are: repeated tokens follow another law. */
function checkTokens(name: string, tokens: number, corpus: Corpus): void {
  if (tokens <= corpus.trainTokens) return;
  throw new IsoflopError({
    code: "design-tokens-exceed-corpus",
    message: `Run ${name} wants ${formatCount(tokens)} tokens (${tokens}); ${corpus.source} has ${formatCount(corpus.trainTokens)} (${corpus.trainTokens}) for training.`,
    hint: "Add more text, lower the largest budget, centre the profiles on larger models (design.centre.tokensPerParameter), or lower design.span.",
  });
}
