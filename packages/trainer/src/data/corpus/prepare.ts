import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { formatCount, IsoflopError } from "@isoflop/laws";
import { openEncoderPool } from "../tokenizer/encoderPool.js";
import {
  BYTES,
  bpeTokenizer,
  readTokenizer,
  type Tokenizer,
  type TokenizerChoice,
  tokenBytes,
} from "../tokenizer/tokenizer.js";
import { trainBpe } from "../tokenizer/trainBpe.js";
import { type Corpus, hashTokens, publishCorpus, readCorpus, setFile } from "./cachedCorpus.js";
import { defaultCacheRoot } from "./cacheRoot.js";
import { filesHash } from "./contentHash.js";
import { countWords, VOCABULARY_BYTES } from "./countWords.js";
import { type HeldOutTexts, measureTexts, type Sources, type Texts, type TrainingTexts } from "./measure.js";
import { splitParts } from "./parts.js";
import { openSource, type Source } from "./source.js";
import { openTokenWriter, type Written } from "./tokenWriter.js";
import { writeFailure } from "./writeFailure.js";
import { writeTokens } from "./writeTokens.js";

export interface CorpusRequest {
  /** See openSource: "npm:<package>[@version]", a .tgz, a file, a folder or a glob. */
  readonly source: string;
  readonly tokenizer: TokenizerChoice;
  /** Where JSONL and Parquet files have their texts; default "text". */
  readonly field?: string | undefined;
  /** Part of the corpus to hold out, e.g. 0.05, or a source of its own. */
  readonly validation: number | string;
  /** Further validation sets, each a source, by name. */
  readonly validationSets?: Readonly<Record<string, string>> | undefined;
  readonly cacheRoot?: string;
  /** Folder that relative paths start from; default the working directory. */
  readonly baseFolder?: string;
  readonly log?: (line: string) => void;
}

/** Part of every corpus hash: raise it when the bytes written below change. */
const FORMAT = 2;

/**
 * Turns a source of texts into token files (train.bin, validation.bin, validation-<name>.bin) under
 * <cacheRoot>/corpora/<hash>, once: a second call with the same files finds them there. Texts are read as streams, twice,
 * and once more where a vocabulary is trained on them.
 * Errors: corpus-*, tokenizer-*, as thrown by what is called below.
 */
export async function prepareCorpus(request: CorpusRequest): Promise<Corpus> {
  const cacheRoot = request.cacheRoot ?? defaultCacheRoot();
  const log = request.log ?? (() => {});
  const baseFolder = resolve(request.baseFolder ?? ".");
  const field = request.field ?? "text";
  const { validation, tokenizer: choice } = request;
  if (typeof validation === "number") checkFraction(validation);
  const open = (source: string) => openSource(source, { cacheRoot, baseFolder, log });
  const sources: Sources = {
    corpus: await open(request.source),
    ...(typeof validation === "string" ? { validation: await open(validation) } : {}),
    sets: await Promise.all(
      Object.entries(request.validationSets ?? {}).map(async ([name, source]) => ({
        name,
        source: await open(source),
      })),
    ),
  };
  const ready = await readyTokenizer(choice, baseFolder);
  const corpusHash = createHash("sha256")
    .update(
      JSON.stringify({
        FORMAT,
        tokenizer: ready?.hash ?? choice,
        field,
        corpus: await filesHash(sources.corpus.files, cacheRoot),
        validation:
          sources.validation === undefined ? validation : await filesHash(sources.validation.files, cacheRoot),
        sets: await Promise.all(
          sources.sets.map(async ({ name, source }) => [name, await filesHash(source.files, cacheRoot)]),
        ),
      }),
    )
    .digest("hex");
  const folder = join(cacheRoot, "corpora", corpusHash.slice(0, 32));
  const cached = await readCorpus(folder, cacheRoot);
  if (cached?.corpusHash === corpusHash) return { ...cached, source: sources.corpus.source };

  log(`preparing ${sources.corpus.source}: ${countFiles(sources.corpus)}`);
  const texts = await measureTexts(sources, validation, field);
  tellLeftOut(texts.train, log);
  const tokenizer = ready ?? (await trainTokenizer(choice, texts.train, field, log));
  try {
    await mkdir(join(cacheRoot, "corpora"), { recursive: true });
    const temporary = await mkdtemp(join(cacheRoot, "corpora", ".prepare-"));
    try {
      const written = await writeAll(temporary, texts, tokenizer, field, log);
      const corpus: Corpus = {
        folder,
        source: sources.corpus.source,
        corpusHash,
        ...describe(texts, tokenizer, written),
      };
      const about = {
        ...corpus,
        tokenHashes: await hashTokens(temporary, corpus.validationSets, cacheRoot),
        made: { format: FORMAT, field, validation, separator: tokenizer.separator },
      };
      if (tokenizer.json !== undefined) await writeFile(join(temporary, "tokenizer.json"), tokenizer.json);
      await writeFile(join(temporary, "corpus.json"), `${JSON.stringify(about, undefined, 2)}\n`);
      await publishCorpus(temporary, folder, cacheRoot);
      return corpus;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  } catch (error) {
    throw writeFailure(error, folder);
  }
}

/** "3 files", and of what kinds where there are several. */
function countFiles({ files }: Source): string {
  const names = { text: "text", jsonl: "JSONL", parquet: "Parquet" } as const;
  const counts = Object.entries(names)
    .map(([kind, name]) => ({ name, count: files.filter((file) => file.form.kind === kind).length }))
    .filter(({ count }) => count > 0);
  const kinds = counts.length > 1 ? ` (${counts.map(({ name, count }) => `${count} ${name}`).join(", ")})` : "";
  return `${files.length} ${files.length === 1 ? "file" : "files"}${kinds}`;
}

function checkFraction(fraction: number): void {
  if (fraction > 0 && fraction <= 0.5) return;
  throw new IsoflopError({
    code: "corpus-validation-fraction",
    message: `The validation fraction is ${fraction}; it must be above 0 and at most 0.5.`,
    hint: "5 % is usual: validation: 5%",
  });
}

/** The tokenizer where it does not depend on the corpus. */
async function readyTokenizer(choice: TokenizerChoice, baseFolder: string): Promise<Tokenizer | undefined> {
  if (choice === "bytes") return BYTES;
  if ("bpe" in choice) return undefined;
  return readTokenizer(isAbsolute(choice.file) ? choice.file : join(baseFolder, choice.file), choice.endOfText);
}

/** A vocabulary from the training text: what is held out must not shape it. */
async function trainTokenizer(
  choice: TokenizerChoice,
  train: TrainingTexts,
  field: string,
  log: (line: string) => void,
): Promise<Tokenizer> {
  if (choice === "bytes" || !("bpe" in choice)) return BYTES;
  log(
    `training a vocabulary of ${choice.bpe} tokens on ${formatCount(Math.min(train.trainBytes, VOCABULARY_BYTES))} bytes`,
  );
  const parts = splitParts(train.source.files, field, train.documents, train.split);
  const trained = trainBpe(await countWords(parts, train.trainBytes), choice.bpe);
  if (trained.tokens.length < choice.bpe) {
    throw new IsoflopError({
      code: "tokenizer-corpus-too-small",
      message: `${train.source.source} yields a vocabulary of ${trained.tokens.length} tokens, not ${choice.bpe}: no other pair of them occurs twice.`,
      hint: `Add more text, or take a smaller vocabulary: tokenizer: { bpe: ${trained.tokens.length} }`,
    });
  }
  return bpeTokenizer(trained);
}

/** A set of text that is trained on, too, makes the training text smaller: whoever names one must see it. */
function tellLeftOut({ documents, documentsLeftOut: left }: TrainingTexts, log: (line: string) => void): void {
  if (left === 0) return;
  const which = left === 1 ? "1 document is" : `${left} of ${documents.length} documents are`;
  log(`${which} validated on, byte for byte, too, and not trained on`);
}

interface AllWritten {
  readonly train: Written;
  readonly validation: Written;
  readonly sets: readonly (Written & { readonly name: string })[];
}

async function writeAll(
  folder: string,
  { train, validation, sets }: Texts,
  tokenizer: Tokenizer,
  field: string,
  log: (line: string) => void,
): Promise<AllWritten> {
  const pool = openEncoderPool(tokenizer, train.bytes);
  try {
    const writer = (name: string) => openTokenWriter(join(folder, `${name}.bin`), tokenizer);
    const training = await writer("train");
    const heldOut = await writer("validation");
    const parts = splitParts(train.source.files, field, train.documents, train.split);
    await writeTokens(parts, { train: training, validation: heldOut }, pool, { of: train.bytes, log });
    const write = async (texts: HeldOutTexts, to: typeof heldOut): Promise<Written> => {
      const own = splitParts(texts.source.files, field, texts.documents, texts.split);
      await writeTokens(own, { validation: to }, pool, { of: texts.bytes, log });
      return to.close();
    };
    const held = validation === undefined ? await heldOut.close() : await write(validation, heldOut);
    const further: (Written & { name: string })[] = [];
    for (const set of sets) further.push({ name: set.name, ...(await write(set, await writer(setFile(set.name)))) });
    const all = { train: await training.close(), validation: held, sets: further };
    tellUnknown(all, tokenizer, log);
    return all;
  } finally {
    await pool.close();
  }
}

/** Losses on unknown text are losses on less than the text. */
function tellUnknown({ train, validation, sets }: AllWritten, tokenizer: Tokenizer, log: (line: string) => void): void {
  for (const { name, tokens, unknown } of [
    { name: "training text", ...train },
    { name: "validation text", ...validation },
    ...sets.map((set) => ({ ...set, name: `validation set ${set.name}` })),
  ]) {
    if (unknown === 0) continue;
    const share = ((100 * unknown) / tokens).toPrecision(2);
    log(`${share} % of the ${name} is unknown to ${tokenizer.name}: losses and bits per byte leave its content out`);
  }
}

function describe(
  { train, validation }: Texts,
  tokenizer: Tokenizer,
  written: AllWritten,
): Omit<Corpus, "folder" | "source" | "corpusHash"> {
  const { split, documents } = train;
  return {
    tokenizer: tokenizer.name,
    tokenizerHash: tokenizer.hash,
    vocabulary: tokenizer.vocabulary,
    tokenBytes: tokenBytes(tokenizer.vocabulary),
    trainTokens: written.train.tokens,
    validationTokens: written.validation.tokens,
    validationBytesPerToken: written.validation.bytes / written.validation.tokens,
    validationSets: written.sets.map(({ name, tokens, bytes }) => ({ name, tokens, bytesPerToken: bytes / tokens })),
    documents: documents.length,
    validationDocuments: validation?.documents.length ?? train.heldOutDocuments,
    documentsLeftOut: train.documentsLeftOut,
    split: split.rule,
  };
}
