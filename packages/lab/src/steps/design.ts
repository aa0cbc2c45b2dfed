import { type Corpus, type CorpusRequest, prepareCorpus, type RunSpec } from "@isoflop/trainer";
import { checkDesign, type DesignWarning } from "../study/check.js";
import type { StudyFolder } from "../study/folder.js";
import { resolveRuns } from "../study/resolve.js";

/** A study with its corpus and the runs that its fits need. */
export interface Design {
  readonly study: StudyFolder;
  readonly corpus: Corpus;
  readonly runs: readonly RunSpec[];
  readonly warnings: readonly DesignWarning[];
}

/** Prepares the corpus (once) and resolves every run; all mistakes of a design come out here, before any training. */
export async function prepareDesign(
  study: StudyFolder,
  options: { readonly cacheRoot?: string; readonly log: (line: string) => void },
): Promise<Design> {
  const { data } = study.study;
  const request: CorpusRequest = {
    source: data.corpus,
    tokenizer: data.tokenizer,
    validationFraction: data.validation,
    baseFolder: study.folder,
    log: options.log,
    ...(options.cacheRoot === undefined ? {} : { cacheRoot: options.cacheRoot }),
  };
  const corpus = await prepareCorpus(request);
  const runs = resolveRuns(study.study, corpus);
  return { study, corpus, runs, warnings: checkDesign(study.study, runs) };
}
