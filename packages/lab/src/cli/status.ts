import { formatCount, formatFlops } from "@isoflop/laws/quantities";
import { Command } from "commander";
import { placeText, type SlurmPlace, slurmStatus } from "../executors/slurm/status.js";
import { type AttemptCounts, countAttempts, readAttempts } from "../runs/attempts.js";
import { READ_AT_ONCE, type UnreadableRun } from "../runs/records.js";
import { type RunLine, runLine } from "../runs/runLine.js";
import type { RunState, RunStatus } from "../runs/status.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import { sizeHeading } from "../study/countedSize.js";
import { openStudy } from "../study/folder.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";
import { textTable } from "./textTable.js";

const ORDER: readonly RunStatus[] = ["pending", "running", "paused", "done", "diverged", "failed", "cancelled"];
/** Told only where there are any. */
const SELDOM: ReadonlySet<RunStatus> = new Set(["paused", "cancelled"]);

/** `isoflop status`: what the files of a study tell of its runs. Reads only; the study may be training. */
export function statusVerb(io: CommandIo): Command {
  return new Command("status")
    .summary("show the runs of a study")
    .description("Shows every run of a study and how far it is, from its files alone; and where Slurm has it.")
    .argument("[study]", "the study's folder", ".")
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop status studies/sotu --json")
    .action(async (path: string, flags: { readonly json?: true }) => {
      const study = await openStudy(path);
      const { counting } = study.study;
      const unreadable: UnreadableRun[] = [];
      const states = await readStudyRuns(study, (run) => unreadable.push(run));
      const runs: StatusLine[] = [];
      const slurm = await slurmStatus(study.folder);
      const placeOf = ({ spec, result }: RunState) => (result === undefined ? slurm.places.get(spec.id) : undefined);
      for (let i = 0; i < states.length; i += READ_AT_ONCE) {
        const some = states.slice(i, i + READ_AT_ONCE);
        const lines = some.map(async (state): Promise<StatusLine> => {
          const slurm = placeOf(state);
          return { ...runLine(state, counting, await attemptsOf(state)), ...(slurm === undefined ? {} : { slurm }) };
        });
        runs.push(...(await Promise.all(lines)));
      }
      const counts = Object.fromEntries(
        ORDER.map((status) => [status, states.filter((state) => state.status === status).length]),
      );
      if (flags.json) writeJsonOutput(io, { study: study.study.name, folder: study.folder, counts, runs, unreadable });
      else {
        const told = ORDER.filter((status) => !SELDOM.has(status) || counts[status] !== 0);
        io.stdout(
          `${table(runs, sizeHeading(counting))}\n${told.map((status) => `${counts[status]} ${status}`).join(", ")}\n`,
        );
      }
      if (slurm.problem !== undefined) log(io, `warning (slurm-unknown): ${slurm.problem}`);
      for (const { id, reason } of unreadable) log(io, `warning (run-unreadable): ${id}: ${reason}`);
    });
}

/** Attempts are told beside what matters: a file that cannot be read tells none. */
const attemptsOf = async ({ folder }: RunState): Promise<AttemptCounts> =>
  countAttempts(await readAttempts(folder).catch(() => []));

type StatusLine = RunLine & { readonly slurm?: SlurmPlace };

const ATTEMPTS: readonly (readonly [string, keyof AttemptCounts])[] = [
  ["Failures", "failures"],
  ["Preemptions", "preemptions"],
  ["Lost", "lost"],
];

function table(runs: readonly StatusLine[], size: string): string {
  const attempts = ATTEMPTS.filter(([, key]) => runs.some((run) => run[key] > 0));
  const places = runs.some(({ slurm }) => slurm !== undefined);
  const header = ["Run", "Status", "Budget", size, "D", "Steps", "Train loss", "Validation loss", "Time"];
  return textTable(
    [...header, ...attempts.map(([heading]) => heading), ...(places ? ["Slurm"] : [])],
    runs.map((run) => [
      run.name,
      run.status,
      run.budget === undefined ? "-" : formatFlops(run.budget),
      formatCount(run.parameters),
      formatCount(run.tokens),
      `${run.step}/${run.steps}`,
      run.trainLoss?.toFixed(4) ?? "-",
      run.validationLoss?.toFixed(4) ?? "-",
      run.wallSeconds === undefined ? "-" : `${run.wallSeconds.toFixed(0)} s`,
      ...attempts.map(([, key]) => String(run[key])),
      ...(places ? [run.slurm === undefined ? "-" : placeText(run.slurm)] : []),
    ]),
  );
}
