import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** In a run's folder: the end of what its trainer last said on standard error, where it said anything. */
export const TRAINER_LOG = "trainer.log";

/** Keeps it for whoever looks into a failure. For people alone: that it cannot be written hinders nothing. */
export async function keepTrainerLog(runFolder: string, said: string): Promise<void> {
  if (said.trim() !== "") await writeFile(join(runFolder, TRAINER_LOG), said).catch(() => {});
}
