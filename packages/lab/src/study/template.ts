/** What `init` and `quickstart` fill in. */
export interface TemplateChoices {
  readonly name: string;
  readonly corpus: string;
  /** FLOPs, ascending. */
  readonly budgets?: readonly string[];
  readonly sizes?: number;
  readonly holdout?: readonly string[];
}

/** A commented study.yaml. Budgets by default: five, over a factor of 16, minutes on two CPU cores. */
export function studyTemplate(choices: TemplateChoices): string {
  const budgets = choices.budgets ?? ["2.5e10", "5e10", "1e11", "2e11", "4e11"];
  const holdout = choices.holdout ?? ["1.25e12"];
  return `# A study: which models to train, on what, and how. Every key but name, data.corpus and design.budgets has a default.
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

design:
  # for every budget a row of model sizes, each trained on as many tokens as the budget buys; or envelope, ladder, kaplan, epochs, grid, runs
  kind: isoflop
  budgets: [${budgets.join(", ")}] # training FLOPs; span a factor of ten or more
  sizes: ${choices.sizes ?? 7} # models for each budget; the minimum must lie between them
  seeds: 1
  centre: { tokensPerParameter: 20, exponent: 0.5 } # the middle size; adaptive: true finds it; or a list, one for each budget
  span: 8 # largest model over smallest, within one budget
  shapes: { family: compact, aspect: 64, layers: auto, heads: auto, context: 64 } # or gpt2, llama; every part can be set

counting: { parameters: total, flops: 6N } # what N and C mean: total | non-embedding, 6N | kaplan | hoffmann

hyperparameters:
  batch: auto # tokens; auto: by rule where one was measured, else by a small sweep before the runs (docs/hyperparameters.md)
  lr: auto # peak learning rate, the same
  schedule: cosine # as long as the run; or constant, wsd, kaplan

holdout: { budgets: [${holdout.join(", ")}], approach: auto } # forecast first, then trained and compared

# tasks: { continuation: tasks/continuation.jsonl } # scored after training; \`isoflop tasks\` makes them of held-out text

executor: { kind: local, workers: auto, threads: 1 }

# hardware: { accelerator: 8xH100, mfu: 40%, price: 2.5 } # what one run trains on, for the dry run: time and cost
`;
}
