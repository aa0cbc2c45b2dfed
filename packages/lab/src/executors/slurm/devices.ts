/** The variables by which Slurm tells a task which GPUs are its. */
const VARIABLES = ["CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"];

/**
 * An environment for each of the runs that a task trains at once: its GPUs are shared out among them in equal parts, where there are
 * enough; fewer are used by all.
 */
export function shareOut(environment: NodeJS.ProcessEnv, atOnce: number): Record<string, string>[] {
  return Array.from({ length: atOnce }, (_, place) => {
    const own: Record<string, string> = {};
    for (const name of VARIABLES) {
      const devices = (environment[name] ?? "").split(",").filter((device) => device !== "");
      const each = Math.floor(devices.length / atOnce);
      if (each > 0 && atOnce > 1) own[name] = devices.slice(place * each, (place + 1) * each).join(",");
    }
    return own;
  });
}
