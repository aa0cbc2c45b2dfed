import { Command } from "commander";
import type { Hold } from "../runs/control.js";
import { type ControlOutcome, holdRuns, resumeRuns } from "../steps/control.js";
import { openStudy, type StudyFolder } from "../study/folder.js";
import { shellPath } from "../study/shellPath.js";
import { type CommandIo, writeJsonOutput } from "./io.js";

export type ControlVerbName = "pause" | "resume" | "cancel";

interface ControlVerb {
  readonly summary: string;
  readonly description: string;
  readonly act: (study: StudyFolder, runs: readonly string[]) => Promise<ControlOutcome>;
  /** What the runs now are. */
  readonly state: "paused" | "resumed" | "cancelled";
}

const holding = (hold: Hold) => (study: StudyFolder, runs: readonly string[]) => holdRuns(study, hold, runs);

const VERBS: Readonly<Record<ControlVerbName, ControlVerb>> = {
  pause: {
    summary: "let runs, or the whole study, wait",
    description:
      "Pauses runs by name or id, or without any the whole study. A trainer at work saves itself and makes room for another run; resumed, it goes on to the same result.",
    act: holding("paused"),
    state: "paused",
  },
  resume: {
    summary: "take back a pause or a cancellation",
    description:
      "Lets paused and cancelled runs be trained again, from where they were. Without a run: the whole study and every paused run; a run that was cancelled by itself stays so until it is named.",
    act: resumeRuns,
    state: "resumed",
  },
  cancel: {
    summary: "set runs, or the whole study, aside",
    description:
      "Sets runs that are not done aside, by name or id, or without any the whole study: they are not trained and left out of fits. What they have so far is kept.",
    act: holding("cancelled"),
    state: "cancelled",
  },
};

/** `isoflop pause`, `isoflop resume`, `isoflop cancel`: from another terminal, or while nothing trains. */
export const controlVerb =
  (name: ControlVerbName) =>
  (io: CommandIo): Command => {
    const { summary, description, act, state } = VERBS[name];
    return new Command(name)
      .summary(summary)
      .description(description)
      .argument("[study]", "the study's folder", ".")
      .argument("[runs...]", "names or ids of runs, as `isoflop status` shows them")
      .option("--json", "write JSON to standard output")
      .addHelpText("after", `\nExample:\n  $ isoflop ${name} studies/sotu C3e10-N2.9k-s0`)
      .action(async (path: string, runs: readonly string[], flags: { readonly json?: true }) => {
        const outcome = await act(await openStudy(path), runs);
        if (flags.json) writeJsonOutput(io, outcome);
        else io.stdout(controlText(outcome, state, path));
      });
  };

function controlText({ whole, changed, unchanged, lab, slurm }: ControlOutcome, state: string, path: string): string {
  const lines = whole ? [`the study is ${state}`] : [];
  for (const { name } of changed) lines.push(`${name}: ${state}`);
  for (const { name, reason } of unchanged) lines.push(`${name}: unchanged, ${reason}`);
  if (whole || changed.length > 0) lines.push(whatNext(lab, state, path));
  if (slurm !== undefined) {
    lines.push(
      "cancelled" in slurm
        ? `${slurm.cancelled} ${slurm.cancelled === 1 ? "task was" : "tasks were"} taken out of Slurm's queue`
        : `its tasks are left in Slurm's queue, and leave these runs alone: ${slurm.problem}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function whatNext(lab: ControlOutcome["lab"], state: string, path: string): string {
  if (lab !== undefined) return `the lab at work (process ${lab.pid} on ${lab.host}) acts on it within a second`;
  return state === "resumed"
    ? `no lab is at work: isoflop run ${shellPath(path)} trains them`
    : "no lab is at work: it holds from the next start on";
}
