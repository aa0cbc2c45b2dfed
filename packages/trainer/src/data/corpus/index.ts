export { defaultCacheRoot } from "./cacheRoot.js";
export { type Corpus, type CorpusRequest, prepareCorpus, readCorpus } from "./prepare.js";
export { systemCode, writeFailure } from "./writeFailure.js";
