/**
 * Stopping in order. Only while trainers are at work do SIGINT, SIGTERM and SIGHUP ask them to stop; at any other time
 * the signal ends the program as it ends any other. A handler would make a long fit deaf to Ctrl-C (it never returns to
 * the event loop), and there is nothing to put in order: every file is written whole.
 */
export interface StopSignals {
  /** Aborted by the first signal while work is under way. */
  readonly signal: AbortSignal;
  readonly whileTraining: <T>(work: () => Promise<T>) => Promise<T>;
}

const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @param again what the second signal does: the user does not want to wait for checkpoints */
export function stopSignals(again: () => void): StopSignals {
  const stop = new AbortController();
  const onSignal = () => (stop.signal.aborted ? again() : stop.abort());
  return {
    signal: stop.signal,
    whileTraining: async (work) => {
      for (const name of NAMES) process.on(name, onSignal);
      try {
        return await work();
      } finally {
        for (const name of NAMES) process.off(name, onSignal);
      }
    },
  };
}
