export type { TokenizerChoice } from "../tokenizer/tokenizer.js";
export { type Corpus, readCorpus } from "./cachedCorpus.js";
export { defaultCacheRoot } from "./cacheRoot.js";
export { type CorpusRequest, prepareCorpus } from "./prepare.js";
export { readFailure, systemCode, writeFailure } from "./writeFailure.js";
