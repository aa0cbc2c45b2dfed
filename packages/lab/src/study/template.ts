import type { Study } from "./schema.js";

/** What `init` and `quickstart` fill in. */
export interface TemplateChoices {
  readonly name: string;
  readonly corpus: string;
  /** FLOPs, ascending. */
  readonly budgets?: readonly string[];
  readonly sizes?: number;
  readonly holdout?: readonly string[];
  /** Default isoflop. */
  readonly design?: Study["design"]["kind"];
}

/** For kinds of design that say what to train for a budget: three times their largest compute or more. */
const HELD_OUT: Readonly<Partial<Record<Study["design"]["kind"], string>>> = {
  isoflop: "1.25e12",
  envelope: "2e12",
  ladder: "2e12",
  grid: "2e12",
};

/** A commented study.yaml. Budgets by default: five, over a factor of 16, minutes on two CPU cores. */
export function studyTemplate(choices: TemplateChoices): string {
  const held = choices.holdout ?? [HELD_OUT[choices.design ?? "isoflop"] ?? []].flat();
  return `# A study: which models to train, on what, and how. Every key but name, data.corpus and what design asks for has a default.
# Numbers may be written 1e18, 70B, 20PF-days or 5%.
name: ${JSON.stringify(choices.name)}

data:
  # A .txt, .jsonl or .parquet file, each also as .gz or .zst, a folder of them, a glob, or npm:<package>[@version]. Paths
  # start from this file's folder. JSONL and Parquet files have their texts in "text"; if not, say so: field: content
  corpus: ${JSON.stringify(choices.corpus)}
  tokenizer: bytes # 256 tokens; or { bpe: 4096 }, trained on the corpus, or the path of a Hugging Face tokenizer.json
  validation: 5% # held out, never trained on; or a text of its own
  # validationSets: { news: news.jsonl } # further texts to measure the loss on
  # repeat: true # runs may be longer than the corpus; or uniqueTokens: 1e6, the tokens that they may see

${designBlock(choices)}
  shapes: { family: compact, aspect: 64, layers: auto, heads: auto, context: 64 } # or gpt2, llama; every part can be set

counting: { parameters: total, flops: 6N } # what N and C mean: total | non-embedding, 6N | kaplan | hoffmann

hyperparameters:
  batch: auto # tokens; auto: by rule where one was measured, else by a small sweep before the runs (docs/hyperparameters.md)
  lr: auto # peak learning rate, the same
  schedule: cosine # as long as the run; or constant, wsd, kaplan

holdout: { budgets: [${held.join(", ")}], approach: auto } # forecast first, then trained and compared

# tasks: { continuation: tasks/continuation.jsonl } # scored after training; \`isoflop tasks\` makes them of held-out text

executor: { kind: local, workers: auto, threads: 1 }

# logging: { tensorboard: true } # runs/<id>/tensorboard, while it trains: tensorboard --logdir runs

# hardware: { accelerator: 8xH100, mfu: 40%, price: 2.5 } # what one run trains on, for the dry run: time and cost
`;
}

/** The part of the file that differs from kind to kind, without its last line, the shapes. Each takes minutes on two CPU cores. */
function designBlock({ design = "isoflop", budgets, sizes }: TemplateChoices): string {
  switch (design) {
    case "isoflop":
      return `design:
  # for every budget a row of model sizes, each trained on as many tokens as the budget buys; other kinds: docs/designs.md
  kind: isoflop # or envelope, ladder, kaplan, epochs, grid, runs: isoflop init --design <kind>
  budgets: [${(budgets ?? ["2.5e10", "5e10", "1e11", "2e11", "4e11"]).join(", ")}] # training FLOPs; span a factor of ten or more
  sizes: ${sizes ?? 7} # models for each budget; the minimum must lie between them
  seeds: 1
  centre: { tokensPerParameter: 20, exponent: 0.5 } # the middle size; adaptive: true finds it; or a list, one for each budget
  span: 8 # largest model over smallest, within one budget`;
    case "envelope":
      return `design:
  kind: envelope # every size over several horizons, each with a cosine as long as itself (Approach 1)
  sizes: { from: 8k, to: 120k, count: 5 } # parameters, evenly spaced in the logarithm; or a list
  horizons: { longest: 800k, count: 4, span: 16 } # tokens; or a list
  seeds: 1`;
    case "ladder":
      return `design:
  kind: ladder # sizes along rays of fixed D/N
  sizes: { from: 8k, to: 50k, count: 5 } # parameters, evenly spaced in the logarithm; or a list
  tokensPerParameter: [5, 15, 40] # one ray forecasts itself alone
  seeds: 1`;
    case "kaplan":
      return `design:
  kind: kaplan # each part may be left out
  model: { sizes: { from: 4k, to: 64k, count: 5 }, tokens: 2M } # L(N): at convergence
  data: { size: 64k, uniqueTokens: [10k, 40k, 160k], mostEpochs: 10 } # L(D): nested subsets, stopped early
  compute: { sizes: [4k, 16k, 64k], tokens: [100k, 300k, 900k] } # L(C)
  batch: { size: 16k, batches: [128, 256, 512, 1024, 2048], tokens: 400k } # B_crit(L)
  seeds: 1 # three give intervals of B_crit`;
    case "epochs":
      return `design:
  kind: epochs # what repeated tokens are worth
  sizes: [8k, 16k, 32k, 64k] # parameters
  uniqueTokens: [25k, 50k, 100k, 200k]
  repeats: [1, 4, 12] # passes; runs of one pass are the base, of which there must be fifteen
  seeds: 1`;
    case "grid":
      return `design:
  kind: grid # every size on every number of tokens
  sizes: [8k, 20k, 50k, 120k] # parameters
  tokens: [80k, 250k, 800k]
  seeds: 2`;
    case "runs":
      return `design:
  kind: runs # a plain list
  runs:
    - { parameters: 20k, tokens: 200k }
    - { shape: { width: 32, layers: 3 }, tokens: 200k, seed: 1, batch: 512, lr: 0.005 }`;
  }
}
