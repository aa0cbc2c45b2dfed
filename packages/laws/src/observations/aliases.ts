import type { Field } from "./fields.js";

/**
 * Names that published tables, training programs and loggers give to each quantity, without case, blanks and signs; the
 * first found wins. Totals stand before counts without embeddings, losses on held-out text before all others.
 */
export const ALIASES: Readonly<Record<Field, readonly string[]>> = {
  parameters: words(
    "n params parameters nparams nparameters numparams numparameters numparam paramcount parametercount modelsize modelparams",
    "modelparameters totalparams totalparameters nparamstotal ntotal paramstotal numtotalparams size",
    "nonembeddingparams nonembeddingparameters nnonembedding paramsnonembedding paramsnonembed nonembedparams",
    "nonembparams nparamsnonembedding numnonembeddingparams parametersnonembedding paramsnoembed",
  ),
  nonEmbedding: words(
    "nonembeddingparams nonembeddingparameters nnonembedding paramsnonembedding paramsnonembed nonembedparams nonembedding",
    "nonembparams nparamsnonembedding numnonembeddingparams parametersnonembedding paramsnoembed",
  ),
  embedding: words(
    "embeddingparams embeddingparameters nembedding paramsembedding paramsembed embedparams embparams nparamsembedding",
    "numembeddingparams parametersembedding",
  ),
  tokens: words(
    "d tokens trainingtokens traintokens tokenstrained ntokens numtokens tokenstotal totaltokens tokensseen",
    "numtokensseen traintokensseen tokensprocessed consumedtokens tokenstrainedon trainingdata datasize datasetsize dtokens data",
  ),
  flops: words(
    "c flops flop compute trainingflop trainingflops trainflop trainflops trainingcompute traincompute totalflops",
    "trainingcomputeflop trainingcomputeflops totalcompute",
  ),
  loss: words(
    "valloss validationloss validloss evalloss evaluationloss testloss heldoutloss finalvalloss finalvalidationloss",
    "loss finalloss lossfinal l lmloss nll celoss crossentropy crossentropyloss xent",
  ),
  trainLoss: words("trainloss trainingloss losstrain finaltrainloss"),
  uniqueTokens: words("uniquetokens tokensunique unique u ud uniquedata uniquetrainingtokens"),
  epochs: words("epochs passes"),
  budget: words("budget isoflop isoflopbudget computebudget flopbudget flopsbudget isoflopgroup"),
  seed: words("seed randomseed"),
  id: words("runid run runname runuuid trialid trial id jobid name model modelname"),
  step: words("step steps globalstep trainerglobalstep trainstep trainingstep iteration iterations iter iters"),
};

/** These may name a kind of model as well as one run: rows that share them are a curve only if there are steps. */
export const KINDS: readonly string[] = ["name", "model", "modelname"];

/** Losses in another unit: nats per token where the unit alone tells how, otherwise left as they are, and said. */
export const LOSS_UNITS: readonly {
  readonly names: readonly string[];
  readonly scale: number;
  readonly log?: true;
  readonly unit?: "bits per byte" | "bits per character" | "nats per byte";
}[] = [
  { names: words("ppl perplexity"), scale: 1, log: true },
  { names: words("bpb bitsperbyte"), scale: 1, unit: "bits per byte" },
  { names: words("bpc bitsperchar bitspercharacter"), scale: 1, unit: "bits per character" },
  { names: words("natsperbyte"), scale: 1, unit: "nats per byte" },
  { names: words("bitspertoken bpt bits"), scale: Math.LN2 },
];

const ONE: readonly string[] = words("flop flops params parameters tokens");
const MULTIPLES = byName([
  [1e3, "k thousand thousands"],
  [1e6, "m mn million millions"],
  [1e9, "b bn billion billions"],
  [1e12, "t tn trillion trillions"],
]);
const COMPUTE = byName([
  [8.64e19, "pfday pfdays pflopday pflopdays pflopsday pflopsdays petaflopday petaflopdays petaflopsdays"],
  [8.64e22, "efday efdays exaflopday exaflopdays"],
  [1e18, "exaflop exaflops eflop eflops"],
  [1e21, "zettaflop zettaflops zflop zflops"],
]);

/** A name without case, blanks and signs. */
export const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The words of a name: "trainTokens_B" is train, tokens, b. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** A name and the unit that it states: "params_B" and "N (billions)" are 1e9, "compute (PF-days)" 8.64e19. */
export function splitUnit(name: string): { readonly base: string; readonly scale: number } | undefined {
  const bracket = /^(.+?)[\s_]*[([{]\s*(?:in\s+|x\s*|×\s*)?([^()[\]{}]+?)\s*[)\]}]$/.exec(name.trim());
  if (bracket) {
    const scale = scaleOf(bracket[2]!);
    return scale === undefined ? undefined : { base: plain(bracket[1]!), scale };
  }
  const all = wordsOf(name);
  for (const count of [2, 1]) {
    const unit = all.slice(-count).join("");
    const base = all.slice(0, -count).filter((word) => word !== "in");
    const scale = COMPUTE.get(unit) ?? (count === 1 ? MULTIPLES.get(unit) : undefined);
    if (scale === undefined) continue;
    const stem = base.join("");
    // "d_m" is a width: a letter of one quantity and a letter of a unit say too little. "pf_days" needs no more.
    if (stem.length === 1 && unit.length === 1) continue;
    if (stem !== "") return { base: stem, scale };
    if (COMPUTE.has(unit)) return { base: "flops", scale };
  }
  return undefined;
}

function scaleOf(unit: string): number | undefined {
  const power = /^(?:10\^|1e\+?)(\d{1,2})$/i.exec(unit.replaceAll(/\s/g, ""));
  if (power) return 10 ** Number(power[1]);
  const key = plain(unit);
  const first = wordsOf(unit)[0] ?? "";
  if (ONE.includes(key)) return 1;
  return COMPUTE.get(key) ?? MULTIPLES.get(ONE.includes(key.slice(first.length)) ? first : key);
}

function words(...lines: readonly string[]): string[] {
  return lines.join(" ").split(" ");
}

function byName(groups: readonly (readonly [number, string])[]): ReadonlyMap<string, number> {
  return new Map(groups.flatMap(([scale, names]) => words(names).map((name) => [name, scale])));
}
