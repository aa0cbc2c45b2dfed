import { IsoflopError, isIsoflopError } from "@isoflop/laws/error";

/** How a failed read is said. */
const OBSTACLES: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "it is not there",
  EISDIR: "it is a folder",
  ENOTDIR: "a part of its path is not a folder",
  ELOOP: "its symbolic links go in a circle",
  EMFILE: "too many open files",
  EIO: "the device reports an input/output error",
  ERR_FS_FILE_TOO_LARGE: "files of more than 2 GiB must be split",
};

const REMEDIES: Readonly<Record<string, { readonly what: string; readonly hint: string }>> = {
  ENOSPC: {
    what: "the disk is full",
    hint: "Free some space and start the same command again: finished work is kept.",
  },
  EDQUOT: { what: "the disk quota is used up", hint: "Free some space and start the same command again." },
  EROFS: { what: "the file system is read-only", hint: "Choose another folder (--out, or ISOFLOP_CACHE for caches)." },
  EACCES: { what: "permission denied", hint: "Choose another folder (--out, or ISOFLOP_CACHE for caches)." },
  EPERM: { what: "permission denied", hint: "Choose another folder (--out, or ISOFLOP_CACHE for caches)." },
  EMFILE: { what: "too many open files", hint: "Raise the limit (ulimit -n) or use fewer workers." },
  EIO: { what: "the device reports an input/output error", hint: "Check the disk, then start the same command again." },
};

/** The system's code of an error ("ENOSPC"), where it has one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Turns a failed write to `path` into the error that users see; errors that are no write error come back as they are. */
export function writeFailure(error: unknown, path: string): unknown {
  if (isIsoflopError(error)) return error;
  const code = systemCode(error);
  const remedy = code === undefined ? undefined : REMEDIES[code];
  if (code === undefined || remedy === undefined) return error;
  return new IsoflopError({
    code: `write-${code.toLowerCase()}`,
    message: `Cannot write ${path}: ${remedy.what} (${code}).`,
    hint: remedy.hint,
    exitCode: 1,
    cause: error,
  });
}

/** Turns a failed read of `path` into the error that users see; errors not of the system come back as they are. */
export function readFailure(error: unknown, path: string): unknown {
  if (isIsoflopError(error)) return error;
  const code = systemCode(error);
  if (code === undefined) return error;
  return new IsoflopError({
    code: "file-unreadable",
    message: `Cannot read ${path}: ${OBSTACLES[code] ?? "the system refuses it"} (${code}).`,
    hint: "Check that it is a file and that you may read it.",
    cause: error,
  });
}
