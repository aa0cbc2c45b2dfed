import { figureSvg, nextDesign as nextFigure } from "@isoflop/figures";
import { type NextDesignOptions, type NextObjective, orThrow, parseCount, parseFlops } from "@isoflop/laws";
import { Command, InvalidArgumentError, Option } from "commander";
import { writeWhole } from "../runs/folder.js";
import { nextRuns, studyLimits } from "../steps/next.js";
import { drawnNext } from "../steps/reporting/drawnNext.js";
import { isStudy, openStudy } from "../study/folder.js";
import { parseQuantity } from "../study/quantity.js";
import { budgetOf, type ComputeFlags, withComputeFlags } from "./computeFlags.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";
import { nextText } from "./nextText.js";
import { type ObservationFlags, observationsOf, wholeNumber, withObservationFlags } from "./observationFlags.js";
import { observationsText } from "./observationsText.js";

interface NextFlags extends ComputeFlags, ObservationFlags {
  readonly target?: string;
  readonly objective: NextObjective;
  readonly maxRun?: string;
  readonly minRun?: string;
  readonly maxTokens?: string;
  readonly runs?: number;
  readonly seeds: number;
  readonly drift?: number;
  readonly refits: number;
  readonly figure?: string;
  readonly json?: true;
}

/** `isoflop next`: which runs to add. */
export function nextVerb(io: CommandIo): Command {
  const verb = new Command("next")
    .summary("which runs to add for an extra budget, so that the forecast tightens most")
    .description(
      "Fits Approach 3 and chooses further runs whose losses would tell most about the optimum at a target compute: an optimal design on the fitted law, which reckons with noise and with a law that drifts off the truth. Says what to expect before, after, and after a regular isoFLOP grid of the same cost.",
    )
    .argument("<source...>", "a study folder, files of runs, or globs in quotes");
  return withObservationFlags(withComputeFlags(verb))
    .option("--target <C>", "FLOPs of the run to forecast (default: a study's hold-out, else 10 times the largest run)")
    .addOption(
      new Option("--objective <what>", "which answer should tighten")
        .choices(["loss", "parameters", "both"])
        .default("both"),
    )
    .option("--max-run <C>", "FLOPs of one run at the most (default: a quarter of the budget, at most half the target)")
    .option("--min-run <C>", "FLOPs of one run at the least (default: the smallest run, or a thousandth of --max-run)")
    .option("--max-tokens <D>", "tokens of one run at the most (default: a study's text)")
    .option("--runs <number>", "runs at the most (default: 24)", positiveWhole)
    .option("--seeds <number>", "seeds of each run", positiveWhole, 1)
    .option(
      "--drift <share>",
      "how far the law may drift off the truth per e-fold of N or D, e.g. 0.5% (default: the most that the runs allow; 0 trusts the law)",
      shareOfLoss,
    )
    .option("--refits <number>", "refits of simulated runs, to check what is expected; 0 for none", wholeNumber, 400)
    .option("--figure <file>", "draw the runs and what they are worth to this SVG file")
    .option("--json", "write JSON to standard output")
    .addHelpText(
      "after",
      "\nExample:\n  $ isoflop next runs.csv --flops 1e21 --target 1e22 --figure next.svg\n  $ isoflop next studies/sotu --flops 5e11",
    )
    .action(async (sources: string[], flags: NextFlags) => {
      const flops = budgetOf(flags);
      const asked = optionsOf(flags);
      const [source = ""] = sources;
      const study = (await isStudy(source)) ? await openStudy(source) : undefined;
      const observations = await observationsOf(sources, flags);
      const limits = study === undefined ? {} : await studyLimits(study);
      const { records, dropped, convention, derived } = observations;
      const made = nextRuns(records, convention, {
        design: { ...limits, ...asked, flops },
        resamples: flags.bootstrap,
        seed: flags.seed,
        refits: flags.refits,
      });
      if (flags.figure !== undefined) {
        await writeWhole(flags.figure, figureSvg(nextFigure, drawnNext(made, records)));
      }
      if (flags.json) {
        const { fit, candidates: _candidates, ...design } = made;
        const { warnings } = observations;
        const counted = {
          count: records.length,
          dropped,
          convention,
          ...(derived === undefined ? {} : { derived }),
          warnings,
        };
        const { parameters, intervals95, exponents } = fit;
        writeJsonOutput(io, {
          observations: counted,
          budget: flops,
          ...design,
          fit: { approach: fit.approach, law: fit.law, parameters, intervals95, exponents },
        });
      } else io.stdout(`${observationsText(observations)}\n\n${nextText(made, flops, study !== undefined)}`);
      if (flags.figure !== undefined) log(io, `figure: ${flags.figure}`);
    });
}

function optionsOf(flags: NextFlags): Omit<NextDesignOptions, "flops"> {
  const compute = (name: "target" | "maxRun" | "minRun", flag: string) => {
    const text = flags[name];
    return text === undefined ? {} : { [name]: orThrow(parseFlops(text, flag)) };
  };
  return {
    objective: flags.objective,
    seeds: flags.seeds,
    ...compute("target", "--target"),
    ...compute("maxRun", "--max-run"),
    ...compute("minRun", "--min-run"),
    ...(flags.maxTokens === undefined ? {} : { mostTokens: orThrow(parseCount(flags.maxTokens, "--max-tokens")) }),
    ...(flags.runs === undefined ? {} : { runs: flags.runs }),
    ...(flags.drift === undefined ? {} : { drift: flags.drift }),
  };
}

function positiveWhole(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("It must be a whole number of one or more.");
  return value;
}

function shareOfLoss(text: string): number {
  const value = text.trim() === "" ? undefined : parseQuantity(text);
  if (value === undefined || !(value >= 0 && value < 1)) {
    throw new InvalidArgumentError("Write a share of the loss, such as 0.5% or 0.005; 0 trusts the law.");
  }
  return value;
}
