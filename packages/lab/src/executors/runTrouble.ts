import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { type RunSpec, readFailure, systemCode } from "@isoflop/trainer/contract";

/** What the next run would meet as well. */
const EVERYBODYS: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT", "EROFS", "EMFILE", "ENFILE", "ENOMEM"]);

/**
 * The reason why one run cannot be trained, where the system refuses its folder (permission, a damaged disk, a file in its
 * place): that run is set aside, the others go on. Everything else is thrown again.
 */
export function troubleOfOneRun(error: unknown, folder: string): string {
  const cause = isIsoflopError(error) ? error.cause : error;
  const code = systemCode(cause);
  if (code === undefined || !/^E[A-Z0-9]+$/.test(code) || EVERYBODYS.has(code)) throw error;
  const shown = isIsoflopError(error) ? error : readFailure(error, pathOf(error) ?? folder);
  return shown instanceof Error ? shown.message : String(shown);
}

function pathOf(error: unknown): string | undefined {
  return error instanceof Error && "path" in error && typeof error.path === "string" ? error.path : undefined;
}

/** Whether a trainer's last words are of a full disk. */
export function saysDiskFull(text: string): boolean {
  return /ENOSPC|EDQUOT|no space left|disk is full/i.test(text);
}

export function diskFull(spec: RunSpec, folder: string): IsoflopError {
  return new IsoflopError({
    code: "write-enospc",
    message: `Cannot write ${folder}: the disk is full (run ${spec.name}).`,
    hint: "Free some space and start the same command again: finished runs are kept, stopped ones go on from their checkpoints.",
    exitCode: 1,
  });
}
