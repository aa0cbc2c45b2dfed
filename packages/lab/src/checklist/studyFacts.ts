import { basename } from "node:path";
import { epochsAfter, type RunSpec } from "@isoflop/trainer/contract";
import type { RunState } from "../runs/status.js";
import type { StudyFolder } from "../study/folder.js";
import { lacks, type Part, says } from "./item.js";
import { plain, runs, spreadOf } from "./spread.js";
import type { ChecklistSubject, RunFacts } from "./subject.js";
import { UNPUBLISHED } from "./unpublished.js";

/** What run.json says of a run's training: all of it. */
export function factsOfSpec(spec: RunSpec): RunFacts {
  const { shape, optimizer: o, parametrisation, data, versions, runtime, batch, choices, steps } = spec;
  return {
    shape: `${shape.width} wide, ${shape.layers} layers, ${shape.heads} heads of ${shape.headWidth}, feed-forward ${shape.feedForward}`,
    architecture: `decoder, positions ${shape.positions}, ${shape.activation}, ${shape.normalisation} norm, ${shape.biases ? "biases" : "no biases"}, embeddings ${shape.tiedEmbeddings ? "tied" : "not tied"}`,
    vocabulary: shape.vocabulary,
    context: shape.context,
    corpus: `${plain(data.corpus)} (${data.trainTokens} training tokens, ${data.corpusHash.slice(0, 19)})`,
    tokenizer: `${plain(data.tokenizer)} (${data.tokenizerHash.slice(0, 19)})`,
    epochs: epochsAfter(steps, spec),
    optimiser: `${o.kind}, beta1 ${o.beta1}, beta2 ${o.beta2}, epsilon ${o.epsilon}, weight decay ${o.weightDecay}${o.independentWeightDecay ? " (independent)" : ""}, gradients clipped at ${o.clip}; ${parametrisation.kind === "mup" ? `muP from width ${parametrisation.baseWidth}` : "standard parametrisation"}`,
    learningRate: o.learningRate,
    ...scheduleOf(spec),
    warmup: `${(100 * (spec.schedule.warmupSteps / steps)).toPrecision(2)} % of the steps`,
    batch: `${batch.tokens} tokens`,
    ...(choices === undefined
      ? {}
      : { chosen: `learning rate ${CHOSEN[choices.learningRate.by]}, batch ${CHOSEN[choices.batch.by]}` }),
    seed: spec.seed,
    software: Object.entries(versions)
      .map(([name, version]) => `${plain(name)} ${plain(version)}`)
      .join(", "),
    precision: `${runtime.precision} on ${runtime.device}`,
    averaging: "none: the last parameters are scored",
  };
}

const CHOSEN = {
  user: "given in study.yaml",
  rule: "by rule (docs/hyperparameters.md)",
  sweep: "by a sweep of small runs before the others",
} as const;

function scheduleOf({ schedule, steps }: RunSpec): Pick<RunFacts, "schedule" | "ending"> {
  const percent = (part: number) => `${Number((100 * part).toPrecision(3))} %`;
  if (schedule.kind === "constant") {
    return { schedule: "constant after warm-up", ending: "not matched to the length: the learning rate never falls" };
  }
  if (schedule.kind === "wsd") {
    return {
      schedule: `warm-up, stable, decay (${schedule.decay}) to ${percent(schedule.floor)}`,
      ending: `matched to the length: it falls over the last ${percent(schedule.decaySteps / steps)} of each run's steps`,
    };
  }
  const { lengthSteps, floor } = schedule;
  return {
    schedule: `cosine to ${percent(floor)}`,
    ending:
      lengthSteps === steps
        ? "matched to the length of each run"
        : `not matched: the cosine is ${lengthSteps > steps ? "longer" : "shorter"} than the run`,
  };
}

/** What a study knows of its records, beside its fits. */
export function studyFacts(
  { study, folder }: StudyFolder,
  states: readonly RunState[],
  ids: ReadonlySet<string>,
): Pick<ChecklistSubject, "runs" | "remedy" | "counted" | "loss" | "modified" | "ended" | "data"> {
  const used = states.filter(({ spec }) => ids.has(spec.id));
  const specs = used.map(({ spec }) => spec);
  const open = states.filter(({ status }) => status === "running" || status === "pending" || status === "paused");
  return {
    runs: specs.map(factsOfSpec),
    remedy: "train it, and it is known",
    counted: specs.length === 0 ? [] : counted(study.counting, specs),
    loss: specs.length === 0 ? [] : lossOf(specs),
    modified: specs.length === 0 ? [] : [says("losses are fitted as they were measured")],
    ended:
      specs.length === 0
        ? [lacks("no run has ended yet; isoflop run")]
        : [
            says(
              `only runs that were done are fitted${open.length === 0 ? "" : `; ${runs(open.length)} of the design not yet`}`,
            ),
          ],
    data: [says(`runs/<id>/ of ${plain(basename(folder))}: run.json, metrics.jsonl, result.json`), UNPUBLISHED],
  };
}

function counted(counting: StudyFolder["study"]["counting"], specs: readonly RunSpec[]): Part[] {
  const share = ({ parameters: p }: RunSpec) =>
    `${(100 * ((p.embedding + p.position + p.head) / p.total)).toFixed(0)} %`;
  const shares = [...new Set(specs.map(share))].sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
  const range = shares.length === 1 ? shares[0] : `${shares[0]} to ${shares.at(-1)}`;
  return [
    says(
      counting.parameters === "total"
        ? `N is every parameter; embeddings, positions and head are ${range} of it`
        : `N leaves out embeddings, positions and head, which are ${range} of all parameters`,
    ),
    says("D is every token that was trained on, repeats included: steps times batch"),
    says(
      counting.flops === "6N"
        ? "C is 6ND (Hoffmann et al. 2022, section 3.3)"
        : counting.flops === "kaplan"
          ? "C is (6N + 6 layers context width) D (Kaplan et al. 2020, equation 2.2)"
          : "C is every matrix product, forward and backward (Hoffmann et al. 2022, appendix F)",
    ),
  ];
}

function lossOf(specs: readonly RunSpec[]): Part[] {
  const stopping = specs.some(({ evaluation }) => evaluation.earlyStopping !== undefined);
  return [
    says(
      `cross-entropy in nats per token on held-out text of the corpus: ${spreadOf(specs.map(({ evaluation }) => evaluation.sequences))} sequences at most, the same for every run`,
    ),
    says(
      stopping
        ? "the least validation loss of runs that may stop early, else that at the run's end"
        : "at each run's end",
    ),
  ];
}
