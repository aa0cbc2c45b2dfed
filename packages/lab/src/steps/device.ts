import { readFile } from "node:fs/promises";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { requireRuntime } from "@isoflop/trainer";
import type { StudyFolder } from "../study/folder.js";
import { placeIn } from "../study/parse.js";

/**
 * Refuses a device that the built-in trainer cannot use on this machine, with its line of study.yaml, before anything is
 * prepared. A trainer of the user's own, or one on other machines, knows for itself. Errors: device-missing.
 */
export async function requireDevice({ file, study }: StudyFolder): Promise<void> {
  const { trainer, executor } = study;
  if (trainer !== "builtin" || executor.kind !== "local") return;
  try {
    await requireRuntime(executor);
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    const { code, message, hint } = error;
    const place = placeIn(await readFile(file, "utf8"), file, ["executor", "device"]);
    throw new IsoflopError({
      code,
      message: `${place}: executor.device: ${message}`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
}
