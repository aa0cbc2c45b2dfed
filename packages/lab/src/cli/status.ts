import { formatCount, formatFlops } from "@isoflop/laws";
import { Command } from "commander";
import type { RunState, RunStatus } from "../runs/status.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import { openStudy } from "../study/folder.js";
import { type CommandIo, writeJsonOutput } from "./io.js";
import { textTable } from "./textTable.js";

const ORDER: readonly RunStatus[] = ["pending", "running", "done", "diverged", "failed"];

/** `isoflop status`: what the files of a study tell of its runs. Reads only; the study may be training. */
export function statusVerb(io: CommandIo): Command {
  return new Command("status")
    .summary("show the runs of a study")
    .description("Shows every run of a study and how far it is, from its files alone.")
    .argument("[study]", "the study's folder", ".")
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop status studies/sotu --json")
    .action(async (path: string, flags: { readonly json?: true }) => {
      const study = await openStudy(path);
      const states = await readStudyRuns(study);
      const counts = Object.fromEntries(
        ORDER.map((status) => [status, states.filter((state) => state.status === status).length]),
      );
      if (flags.json)
        writeJsonOutput(io, { study: study.study.name, folder: study.folder, counts, runs: states.map(describe) });
      else io.stdout(`${table(states)}\n${ORDER.map((status) => `${counts[status]} ${status}`).join(", ")}\n`);
    });
}

function describe({ spec, status, last, result }: RunState) {
  return {
    id: spec.id,
    name: spec.name,
    role: spec.role,
    status,
    ...(result?.reason === undefined ? {} : { reason: result.reason }),
    budget: spec.budget,
    parameters: spec.parameters.total,
    tokens: spec.tokens,
    step: result?.status === "done" ? result.steps : (last?.step ?? 0),
    steps: spec.steps,
    trainLoss: result?.["train/loss"] ?? last?.["train/loss"],
    validationLoss: result?.["val/loss"] ?? last?.["val/loss"],
    wallSeconds: result?.wallSeconds ?? last?.time,
  };
}

function table(states: readonly RunState[]): string {
  return textTable(
    ["Run", "Status", "Budget", "N", "D", "Steps", "Train loss", "Validation loss", "Time"],
    states.map((state) => {
      const run = describe(state);
      return [
        run.name,
        run.status,
        run.budget === undefined ? "-" : formatFlops(run.budget),
        formatCount(run.parameters),
        formatCount(run.tokens),
        `${run.step}/${run.steps}`,
        run.trainLoss?.toFixed(4) ?? "-",
        run.validationLoss?.toFixed(4) ?? "-",
        run.wallSeconds === undefined ? "-" : `${run.wallSeconds.toFixed(0)} s`,
      ];
    }),
  );
}
