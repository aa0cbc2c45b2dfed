import { Command } from "commander";
import type { ExecutionOutcome } from "../executors/local.js";
import { lockStudy } from "../executors/studyLock.js";
import { noteDesign } from "../runs/studyRuns.js";
import { prepareDesign } from "../steps/design.js";
import { requireRuns } from "../steps/study.js";
import { trainRuns } from "../steps/train.js";
import { openStudy } from "../study/folder.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

/** `isoflop run`: trains what a study's fits need and is not trained yet. */
export function runVerb(io: CommandIo): Command {
  return new Command("run")
    .summary("train the runs of a study")
    .description(
      "Trains every run of a study that is not trained yet. Stopped at any moment, it goes on from there when started again.",
    )
    .argument("[study]", "the study's folder", ".")
    .option("--dry-run", "resolve and list the runs, train nothing")
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop run studies/sotu")
    .action(async (path: string, flags: { readonly json?: true; readonly dryRun?: true }) => {
      const study = await openStudy(path);
      const design = await prepareDesign(study, { log: (line) => log(io, line) });
      for (const warning of design.warnings) log(io, `warning (${warning.code}): ${warning.message}`);
      if (flags.dryRun) {
        if (flags.json) writeJsonOutput(io, { runs: design.runs, warnings: design.warnings });
        else for (const run of design.runs) io.stdout(`${run.id}  ${run.name}  ${run.steps} steps\n`);
        return;
      }
      const release = await lockStudy(study.folder);
      let outcome: ExecutionOutcome;
      try {
        await noteDesign(study, design.runs);
        outcome = await trainRuns(study.study.name, study, design.runs, { signal: io.signal, stderr: io.stderr });
      } finally {
        await release();
      }
      if (flags.json) writeJsonOutput(io, outcomeJson(outcome, design.runs.length));
      else io.stdout(outcomeText(outcome, path));
      requireRuns(outcome);
    });
}

export function outcomeJson(outcome: ExecutionOutcome, runs: number) {
  return {
    runs,
    trained: outcome.trained,
    done: outcome.done.length,
    diverged: outcome.diverged.map(({ id, name }) => ({ id, name })),
    failed: outcome.failed.map(({ spec, reason }) => ({ id: spec.id, name: spec.name, reason })),
  };
}

function outcomeText(outcome: ExecutionOutcome, path: string): string {
  const lines = [`${outcome.done.length} runs done (${outcome.trained} trained now)`];
  if (outcome.diverged.length > 0)
    lines.push(`${outcome.diverged.length} diverged: ${outcome.diverged.map((run) => run.name).join(", ")}`);
  for (const { spec, reason } of outcome.failed) lines.push(`failed: ${spec.name}: ${reason}`);
  lines.push(`next: isoflop fit ${path}`);
  return `${lines.join("\n")}\n`;
}
