import type { CountedRecord, RunCounts } from "@isoflop/laws/observations";
import type { RunSpec } from "@isoflop/trainer/contract";

/** What a run's spec says of its size by each convention. */
export function countsOf({ parameters, flopsPerToken }: Pick<RunSpec, "parameters" | "flopsPerToken">): RunCounts {
  const { kaplan, hoffmann } = flopsPerToken;
  return { total: parameters.total, nonEmbedding: parameters.block, flopsPerToken: { kaplan, hoffmann } };
}

/** A record with what is known of its run's size, by the run's id; as it is where nothing is. */
export function withCounts(record: CountedRecord, known: ReadonlyMap<string, RunCounts>): CountedRecord {
  const counts = known.get(record.run ?? record.id) ?? record.counts;
  return counts === undefined ? record : { ...record, counts };
}
