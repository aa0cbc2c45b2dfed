import type { LiveRun, RunDetails } from "isoflop/api";
import { useEffect, useState } from "preact/hooks";
import { reasonOf } from "../../i18n/serverFaults.js";
import { fetchRun } from "../../state/api.js";

export type Fetched =
  | { readonly kind: "waiting" }
  | { readonly kind: "there"; readonly details: RunDetails }
  | { readonly kind: "failed"; readonly reason: string };

/** Fetches what a run's files tell, again whenever its line says that they tell something else. */
export function useRunDetails(key: string, run: LiveRun | undefined): Fetched {
  const [fetched, setFetched] = useState<Fetched>({ kind: "waiting" });
  const { id: known, status, attempts, failures, reason, validationLoss, slurm } = run ?? {};
  const mark = [key, known, status, attempts, failures, reason, validationLoss, slurm?.job].join();
  const id = run?.part === "imported" ? undefined : run?.id;
  useEffect(() => {
    setFetched((before) => (before.kind === "there" && before.details.id === id ? before : { kind: "waiting" }));
    if (id === undefined) return;
    let wanted = true;
    fetchRun(key, id).then(
      (details) => {
        if (wanted) setFetched({ kind: "there", details });
      },
      (error: unknown) => {
        if (wanted) setFetched({ kind: "failed", reason: reasonOf(error) });
      },
    );
    return () => {
      wanted = false;
    };
  }, [key, id, mark]);
  return fetched;
}
