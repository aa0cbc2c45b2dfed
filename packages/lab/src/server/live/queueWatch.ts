import { type SlurmStatus, slurmStatus } from "../../executors/slurm/status.js";

/** Between an answer of squeue and the next question, ms: its controller serves a whole site. */
export const QUEUE_REST_MS = 15_000;

/** Where Slurm has a study's runs, for all who show it. */
export interface QueueWatch {
  /** The last answer; another one is another object. */
  readonly known: () => SlurmStatus;
  /** Asks where the last answer is old, and does not wait for it: a busy controller may take a minute. */
  readonly refresh: () => void;
}

/** Begins to watch the queue. Nothing is asked before somebody wants to know. */
export function watchQueue(
  studyFolder: string,
  { restMs = QUEUE_REST_MS, ask = slurmStatus, now = () => performance.now() } = {},
): QueueWatch {
  let known: SlurmStatus = { places: new Map() };
  let asking = false;
  let answered = Number.NEGATIVE_INFINITY;
  const question = async (): Promise<void> => {
    asking = true;
    try {
      known = await ask(studyFolder);
    } catch (error) {
      known = { places: new Map(), problem: error instanceof Error ? error.message : String(error) };
    }
    answered = now();
    asking = false;
  };
  return {
    known: () => known,
    refresh: () => {
      if (!asking && now() - answered >= restMs) void question();
    },
  };
}
