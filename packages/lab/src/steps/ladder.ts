import { formatCount, formatFlops } from "@isoflop/laws";
import type { ExecutionOutcome } from "../executors/execution.js";
import { toRecords } from "../runs/records.js";
import { noteDesign, readStudyRuns } from "../runs/studyRuns.js";
import { type CentredProfile, readCentres, writeCentres } from "../stages/centresFile.js";
import { decide, type Staged, stagesOf } from "../stages/plan.js";
import type { StudyFolder } from "../study/folder.js";
import { type Design, onlyDecided, resolveDesign } from "./design.js";
import { type TrainOptions, trainRuns } from "./train.js";

/** A design whose runs are all known, and what became of them. */
export interface TrainedLadder {
  readonly design: Design;
  readonly outcome: ExecutionOutcome;
}

/**
 * Trains the runs of a design: at once where they are all known, else stage by stage, each stage centred by those before it
 * and noted in centres.json before it is trained. Stopped anywhere, it goes on there. The caller holds the study's lock and has the design
 * settled. Errors: stopped, write-enospc.
 */
export async function trainLadder(
  title: string,
  design: Design,
  options: TrainOptions & { readonly log: (line: string) => void },
): Promise<TrainedLadder> {
  const staged = stagesOf(design.study.study, design.corpus);
  if (staged === undefined) {
    await noteDesign(design.study, design.runs, design.parts);
    return { design, outcome: await trainRuns(title, design.study, design.runs, options) };
  }
  const { study, corpus } = design;
  let profiles = await readCentres(study, staged.key);
  if (profiles.length === 0)
    profiles = await decided(study, staged, [], decide(staged, [], [], study.study, corpus), options);
  let trained = 0;
  for (;;) {
    const stage = withProfiles(design, profiles);
    // What an earlier design has left is not noted any more.
    await noteDesign(study, stage.runs);
    const progress = `${title}, ${profiles.length} of ${staged.budgets.length} budgets`;
    const outcome = await trainRuns(progress, study, stage.runs, options);
    trained += outcome.trained;
    const { records } = await toRecords(await readStudyRuns(study), study.study.counting, "fit");
    // A stage with failed runs decides nothing: they may be mended, and it would then decide otherwise.
    const next = outcome.failed.length > 0 ? profiles : decide(staged, profiles, records, study.study, corpus);
    if (JSON.stringify(next) === JSON.stringify(profiles)) return { design: stage, outcome: { ...outcome, trained } };
    profiles = await decided(study, staged, profiles, next, options);
  }
}

/** Tells and notes what was decided, before anything of it is trained. */
async function decided(
  study: StudyFolder,
  { key }: Staged,
  before: readonly CentredProfile[],
  after: readonly CentredProfile[],
  { log }: { readonly log: (line: string) => void },
): Promise<readonly CentredProfile[]> {
  for (const line of changes(before, after)) log(line);
  await writeCentres(study, key, after);
  return after;
}

/** The runs of the profiles that are decided, and no others. */
function withProfiles(design: Design, profiles: readonly CentredProfile[]): Design {
  const { study, corpus } = design;
  return { ...design, ...resolveDesign(onlyDecided(study, profiles), corpus) };
}

function changes(before: readonly CentredProfile[], after: readonly CentredProfile[]): string[] {
  return after.flatMap((profile, i) => {
    const { budget, centre, interval95, why, sizes, extensions, stopped } = profile;
    const at = `profile at ${formatFlops(budget)} FLOPs`;
    const was = before[i];
    const range = `N ${formatCount(sizes[0] ?? 0)} to ${formatCount(sizes.at(-1) ?? 0)}`;
    if (was === undefined) {
      const interval = interval95 === undefined ? "" : ` [${interval95.map((end) => formatCount(end)).join(", ")}]`;
      return [`${at}: centred on ${formatCount(centre)}${interval}, ${range} (${why})`];
    }
    const last = extensions.at(-1);
    if (extensions.length > was.extensions.length && last !== undefined) {
      return [`${at}: its minimum is at the edge; ${last.sizes.length} ${last.side} sizes more, ${range}`];
    }
    if (stopped !== undefined && was.stopped === undefined) {
      return [`${at}: its minimum is at the edge, and the profile stays so: ${stopped}`];
    }
    return [];
  });
}
