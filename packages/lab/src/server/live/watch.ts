import type { Changes, Look } from "./board.js";
import { createOutbox, type LiveMessage, type Outbox } from "./outbox.js";

/** One who is told of a study. */
export interface Listener {
  /** The next messages as soon as there are any; none after `patienceMs` without news, undefined once it has left. */
  readonly next: (patienceMs: number) => Promise<LiveMessage[] | undefined>;
  readonly leave: () => void;
}

/** The watch over one study, shared by all who listen: begun with the first of them, ended with the last. */
export interface Watch {
  readonly join: () => Listener;
  readonly listeners: () => number;
}

interface Member {
  /** Undefined until the first look has filled the board. */
  outbox: Outbox | undefined;
  wake: () => void;
}

/**
 * Looks at the files about once a second, after each other's end: nothing is heard from a shared file system of what another host has
 * written to it.
 */
export function createWatch(makeLook: () => Look, pollMs: number): Watch {
  const members = new Set<Member>();
  let current: Look | undefined;
  /** Whose board has been filled. */
  let ready: Look | undefined;
  let timer: NodeJS.Timeout | undefined;

  const begin = (): void => {
    const look = makeLook();
    const tell = (changes: Changes): void => {
      ready = look;
      for (const member of members) {
        if (member.outbox === undefined) member.outbox = createOutbox(look.board);
        else member.outbox.put(changes);
        if (!member.outbox.isEmpty()) member.wake();
      }
    };
    const again = async (): Promise<void> => {
      const problem = await look.again(tell, true).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      if (current !== look) return;
      if (look.board.state.problem !== problem) {
        const { problem: _, ...state } = look.board.state;
        look.board.state = problem === undefined ? state : { ...state, problem };
        tell({ state: true });
      }
      timer = setTimeout(again, pollMs);
    };
    current = look;
    void again();
  };

  return {
    listeners: () => members.size,
    join: () => {
      const member: Member = { outbox: undefined, wake: () => {} };
      members.add(member);
      if (current === undefined) begin();
      else if (ready === current) member.outbox = createOutbox(current.board);
      return {
        next: async (patienceMs) => {
          if (members.has(member) && member.outbox?.isEmpty() !== false) {
            await new Promise<void>((resolve) => {
              const patience = setTimeout(resolve, patienceMs);
              member.wake = () => {
                clearTimeout(patience);
                resolve();
              };
            });
          }
          return members.has(member) ? (member.outbox?.take() ?? []) : undefined;
        },
        leave: () => {
          members.delete(member);
          member.wake();
          if (members.size > 0) return;
          clearTimeout(timer);
          current = undefined;
        },
      };
    },
  };
}
