import { isIsoflopError } from "@isoflop/laws";
import { type Corpus, type CorpusRequest, prepareCorpus } from "@isoflop/trainer";
import { checkDesign, checkSweep, type DesignWarning } from "../study/check.js";
import { middleSize } from "../study/designs/middle.js";
import type { StudyFolder } from "../study/folder.js";
import { type ResolvedRuns, resolveParts } from "../study/resolve.js";
import type { Study } from "../study/schema.js";
import { readTaskFiles } from "../study/taskFiles.js";
import { planSweep, type SweepPlan } from "../sweep/plan.js";
import { readSweep } from "../sweep/sweepFile.js";
import { resolveHoldout } from "./holdout.js";

/** A study with its corpus and the runs that its fits need. */
export interface Design extends ResolvedRuns {
  readonly study: StudyFolder;
  readonly corpus: Corpus;
  readonly warnings: readonly DesignWarning[];
  /** The sweep that has to choose hyperparameters first; until then the runs are resolved by the rules. */
  readonly sweep?: SweepPlan;
}

/** Prepares the corpus (once) and resolves every run; all mistakes of a design come out here, before any training. */
export async function prepareDesign(
  opened: StudyFolder,
  options: { readonly cacheRoot?: string; readonly log: (line: string) => void },
): Promise<Design> {
  const taskFiles = await readTaskFiles(opened.folder, opened.study);
  const study = { ...opened, study: { ...opened.study, taskFiles } };
  const { data } = study.study;
  const request: CorpusRequest = {
    source: data.corpus,
    tokenizer: data.tokenizer,
    field: data.field,
    validation: data.validation,
    validationSets: data.validationSets,
    baseFolder: study.folder,
    log: options.log,
    ...(options.cacheRoot === undefined ? {} : { cacheRoot: options.cacheRoot }),
  };
  const corpus = await prepareCorpus(request);
  const unswept = resolveDesign(study, corpus);
  const sweep = planSweep(study.study, corpus, unswept.runs);
  if (sweep === undefined) return unswept;
  const settled = await readSweep(study, sweep.key);
  if (settled !== undefined) return resolveDesign({ ...study, study: { ...study.study, settled } }, corpus);
  return { ...unswept, warnings: [...unswept.warnings, ...checkSweep(study.study, unswept.runs)], sweep };
}

/** The runs of a study whose hyperparameters are settled, or stood in for by the rules. */
export function resolveDesign(study: StudyFolder, corpus: Corpus): Design {
  const resolved = resolveParts(study.study, corpus);
  const warnings = [...checkDesign(study.study, resolved.runs), ...checkHoldout(study.study, corpus)];
  return { study, corpus, ...resolved, warnings };
}

/**
 * Hold-outs get their sizes from a forecast that does not exist yet. What the middle of the design, carried on to
 * their budgets, would need is told now rather than after the ladder. Errors: design-too-large.
 */
function checkHoldout(study: Study, corpus: Corpus): DesignWarning[] {
  return study.holdout.budgets.flatMap((budget) => {
    try {
      resolveHoldout(budget, middleSize(study, budget, corpus.vocabulary), study, corpus);
      return [];
    } catch (error) {
      if (!isIsoflopError(error) || error.code !== "design-tokens-exceed-corpus") throw error;
      return [
        { code: "holdout-tokens", message: `If the forecast is near the middle of the design: ${error.message}` },
      ];
    }
  });
}
