import { isIsoflopError } from "@isoflop/laws";
import { type Corpus, type CorpusRequest, prepareCorpus } from "@isoflop/trainer";
import { readCentres } from "../stages/centresFile.js";
import { decide, stagesOf } from "../stages/plan.js";
import { checkDesign, checkSweep, type DesignWarning } from "../study/check.js";
import type { DecidedProfile } from "../study/designs/isoflop.js";
import { middleSize } from "../study/designs/middle.js";
import type { StudyFolder } from "../study/folder.js";
import { type ResolvedRuns, resolveParts } from "../study/resolve.js";
import { flopsOf } from "../study/runTotals.js";
import { type Study, withoutAlso } from "../study/schema.js";
import { checkTaskRows, readTaskFiles } from "../study/taskFiles.js";
import { planSweep, type StudyCompute, type SweepPlan } from "../sweep/plan.js";
import { readSweep } from "../sweep/sweepFile.js";
import { resolveHoldout } from "./holdout.js";

/** A study with its corpus and the runs that its fits need. */
export interface Design extends ResolvedRuns {
  readonly study: StudyFolder;
  readonly corpus: Corpus;
  readonly warnings: readonly DesignWarning[];
  /** The sweep that has to choose hyperparameters first; until then the runs are resolved by the rules. */
  readonly sweep?: SweepPlan;
  /** Budgets whose sizes the runs of smaller ones will decide; their runs here are where they are expected. */
  readonly awaited?: readonly number[];
  /** False where those runs are left out, since the text does not suffice where they are expected. */
  readonly awaitedPlaced?: boolean;
}

/** Prepares the corpus (once) and resolves every run; all mistakes of a design come out here, before any training. */
export async function prepareDesign(
  opened: StudyFolder,
  options: { readonly cacheRoot?: string; readonly log: (line: string) => void },
): Promise<Design> {
  const tasks = await readTaskFiles(opened.folder, opened.study);
  const taskFiles = tasks.map(({ named }) => named);
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
  checkTaskRows(tasks, study.study, corpus);
  const unswept = await withDecided(study, corpus);
  const sweep = planSweep(withoutAlso(study.study), corpus, computeOf(unswept));
  if (sweep === undefined) return unswept;
  const settled = await readSweep(study, sweep.key);
  if (settled !== undefined) return withDecided({ ...study, study: { ...study.study, settled } }, corpus);
  return { ...unswept, warnings: [...unswept.warnings, ...checkSweep(study.study, unswept.runs)], sweep };
}

/** Of an adaptive design as its budgets say: neither what the stages decide nor runs added beside the design must ask for another sweep. */
function computeOf({ study: { study }, corpus, awaited }: Design): StudyCompute {
  const { design } = study;
  if (design.kind === "isoflop" && awaited !== undefined) {
    const total = design.budgets.reduce((sum, budget) => sum + budget * design.sizes * design.seeds, 0);
    return { smallest: Math.min(...design.budgets), total };
  }
  const { runs } = resolveParts(withoutAlso(study), corpus);
  const smallest = design.kind === "isoflop" ? Math.min(...design.budgets) : Math.min(...runs.map(flopsOf));
  return { smallest, total: runs.reduce((sum, run) => sum + flopsOf(run), 0) };
}

/**
 * Resolved with the profiles that earlier stages have decided; of those to come, where they are expected. What these would
 * want is no more than a warning: the runs may centre them elsewhere.
 */
async function withDecided(study: StudyFolder, corpus: Corpus): Promise<Design> {
  const staged = stagesOf(study.study, corpus);
  if (staged === undefined) return resolveDesign(study, corpus);
  const known = await readCentres(study, staged.key);
  const profiles = known.length > 0 ? known : decide(staged, [], [], study.study, corpus);
  const awaited = staged.budgets.filter((budget) => !profiles.some((profile) => profile.budget === budget));
  try {
    return { ...resolveDesign({ ...study, study: { ...study.study, decided: profiles } }, corpus), awaited };
  } catch (error) {
    if (!isIsoflopError(error) || error.code !== "design-tokens-exceed-corpus" || awaited.length === 0) throw error;
    const design = resolveDesign(onlyDecided(study, profiles), corpus);
    const warning = {
      code: "awaited-tokens",
      message: `If the larger budgets' minima are where they are expected: ${error.message}`,
    };
    // What is said of the decided budgets alone would not hold of the whole.
    const whole = design.warnings.filter(({ code }) => code !== "design-few-budgets" && code !== "design-narrow");
    return { ...design, awaited, awaitedPlaced: false, warnings: [...whole, warning] };
  }
}

/** A study of the profiles that are decided alone. */
export function onlyDecided(study: StudyFolder, decided: readonly DecidedProfile[]): StudyFolder {
  const { design } = study.study;
  if (design.kind !== "isoflop") return study;
  const budgets = design.budgets.filter((budget) => decided.some((profile) => profile.budget === budget));
  return { ...study, study: { ...study.study, decided, design: { ...design, budgets } } };
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
