const NAMES = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * A signal that ends the program while work is being written first has it tidied up, and then ends the program as it would
 * have. From `hold` on signals wait until the work is done: for a last, short part that must not be cut in two. Long
 * computations do not belong into the work: no signal is heard until they return to the event loop.
 *
 * @param tidy at once: nothing else gets its turn before the end
 */
export async function tidyAtSignals(tidy: () => void, work: (hold: () => void) => Promise<void>): Promise<void> {
  let [isHeld, waiting] = [false, undefined as NodeJS.Signals | undefined];
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isHeld) {
      waiting ??= signal;
      return;
    }
    try {
      tidy();
    } finally {
      leave();
      process.kill(process.pid, signal);
    }
  };
  const leave = (): void => {
    for (const name of NAMES) process.off(name, onSignal);
  };
  for (const name of NAMES) process.on(name, onSignal);
  try {
    await work(() => {
      isHeld = true;
    });
  } finally {
    leave();
    if (waiting !== undefined) process.kill(process.pid, waiting);
  }
}
