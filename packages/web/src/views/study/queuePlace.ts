import type { LiveRun, SlurmPlace } from "isoflop/api";

/** "PENDING (Resources)", "RUNNING node-3": Slurm's own words, as squeue and `isoflop status` have them. */
export function placeText({ state, node, reason }: SlurmPlace): string {
  return [state, ...(node === undefined ? [] : [node]), ...(reason === undefined ? [] : [`(${reason})`])].join(" ");
}

/** How many runs Slurm has in which state: "2 RUNNING, 5 PENDING"; undefined where it has none. */
export function queueText(runs: Iterable<LiveRun>): string | undefined {
  const counts = new Map<string, number>();
  for (const { slurm } of runs) if (slurm !== undefined) counts.set(slurm.state, (counts.get(slurm.state) ?? 0) + 1);
  if (counts.size === 0) return undefined;
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}
