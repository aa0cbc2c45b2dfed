import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { ExecutionOutcome } from "../executors/execution.js";
import { readControl } from "../runs/control.js";
import type { StudyFolder } from "../study/folder.js";
import { shellPath } from "../study/shellPath.js";

/**
 * Nothing goes on to fits and forecasts while runs are paused, or once the whole study is cancelled. Runs that were cancelled by
 * themselves are left out, as the user wished. Errors: runs-paused, study-cancelled.
 */
export async function requireNotHeld(
  study: StudyFolder,
  runs: readonly RunSpec[],
  { held = [], done, failed }: ExecutionOutcome,
): Promise<void> {
  const whole = held.length === 0 ? undefined : (await readControl(study.folder)).study;
  const path = shellPath(study.folder);
  const asFar = `${done.length} of ${runs.length} are done${failed.length > 0 ? `, ${failed.length} failed` : ""}`;
  if (whole === "cancelled") {
    throw new IsoflopError({
      code: "study-cancelled",
      message: `The study is cancelled: ${asFar}.`,
      hint: `\`isoflop resume ${path}\` takes that back. The runs go on from their checkpoints when the same command is started again.`,
      exitCode: 1,
    });
  }
  const paused = held.filter(({ hold }) => hold === "paused");
  const [first] = paused;
  if (first === undefined) return;
  const which = paused.length === 1 ? `Run ${first.spec.name} is` : `${paused.length} runs are`;
  const named = whole === undefined && paused.length === 1 ? ` ${first.spec.name}` : "";
  throw new IsoflopError({
    code: "runs-paused",
    message: `${whole === undefined ? which : "The study is"} paused, the others have ended: ${asFar}.`,
    hint: `\`isoflop resume ${path}${named}\`, then start the same command again: it goes on from the checkpoints.`,
    exitCode: 1,
  });
}
