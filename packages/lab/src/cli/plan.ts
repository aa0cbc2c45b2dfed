import { formatCount, formatFlops, type Interval, orThrow, type Plan, parseCount, plan } from "@isoflop/laws";
import { Command } from "commander";
import { budgetOf, type ComputeFlags, withComputeFlags } from "./computeFlags.js";
import { type CommandIo, writeJsonOutput } from "./io.js";
import { readLaw } from "./law.js";
import { textTable } from "./textTable.js";

interface PlanFlags extends ComputeFlags {
  readonly law: string;
  readonly uniqueTokens?: string;
  readonly inferenceTokens?: string;
  readonly json?: true;
}

/** `isoflop plan`: what to train with a given compute. */
export function planVerb(io: CommandIo): Command {
  const verb = new Command("plan")
    .summary("what to train with a given compute")
    .description("Says which N and D a law holds to be optimal for a compute budget, with what stands beside it.");
  return withComputeFlags(verb)
    .option("--law <name>", "a published law, or a fit's JSON file", "besiroglu-2024")
    .option("--unique-tokens <D>", "unique tokens that exist, when they are few")
    .option("--inference-tokens <D>", "tokens that the model will serve over its life")
    .option("--json", "write JSON to standard output")
    .addHelpText(
      "after",
      "\nExample:\n  $ isoflop plan --gpus 64xH100 --days 14 --law besiroglu-2024\n  $ isoflop plan --flops 2e12 --law studies/sotu/fits/chinchilla.json",
    )
    .action(async (flags: PlanFlags) => {
      const flops = budgetOf(flags);
      const count = (text: string, flag: string) => orThrow(parseCount(text, flag));
      const options = {
        ...(flags.uniqueTokens === undefined ? {} : { uniqueTokens: count(flags.uniqueTokens, "--unique-tokens") }),
        ...(flags.inferenceTokens === undefined
          ? {}
          : { inferenceTokens: count(flags.inferenceTokens, "--inference-tokens") }),
      };
      const made = orThrow(plan(await readLaw(flags.law, flags.uniqueTokens !== undefined), flops, options));
      if (flags.json) writeJsonOutput(io, made);
      else io.stdout(planText(made));
    });
}

function planText(made: Plan): string {
  const { compute, optimum, law } = made;
  const between = (interval: Interval | undefined, show: (value: number) => string) =>
    interval === undefined ? "" : `  [${show(interval[0])}, ${show(interval[1])}]`;
  const loss = (value: number) => value.toFixed(4);
  const lines = [
    `compute     ${formatFlops(compute.flops)} FLOPs = ${formatCount(compute.pfDays)} PF-days`,
    `law         ${law.title} (${law.source})`,
    `parameters  ${formatCount(optimum.parameters)}${between(optimum.intervals95?.parameters, formatCount)}`,
    `tokens      ${formatCount(optimum.tokens)}${between(optimum.intervals95?.tokens, formatCount)}`,
    `tokens per parameter  ${formatCount(optimum.tokens / optimum.parameters)}`,
  ];
  if (optimum.loss !== undefined)
    lines.push(`loss        ${loss(optimum.loss)} nats per token${between(optimum.intervals95?.loss, loss)}`);
  if (made.alternatives.length > 0) {
    const rows = made.alternatives.map((one) => [
      one.kind,
      formatCount(one.parameters) + between(one.intervals95?.parameters, formatCount),
      formatCount(one.tokens) + between(one.intervals95?.tokens, formatCount),
      one.loss === undefined ? "-" : loss(one.loss) + between(one.intervals95?.loss, loss),
    ]);
    lines.push("", textTable(["Alternative", "N", "D", "Loss"], rows).trimEnd());
    for (const { kind, note } of made.alternatives) {
      if (kind === "data-constrained" || kind === "inference-aware") lines.push(`${kind}: ${note}`);
    }
  }
  for (const note of made.notes) lines.push(`note: ${note}`);
  return `${lines.join("\n")}\n`;
}
