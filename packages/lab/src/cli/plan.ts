import {
  clusterFlops,
  DEFAULT_MFU,
  formatCount,
  formatFlops,
  type Interval,
  IsoflopError,
  orThrow,
  type Plan,
  parseCluster,
  parseCount,
  parseFlops,
  pfDaysToFlops,
  plan,
} from "@isoflop/laws";
import { Command } from "commander";
import { parseQuantity } from "../study/quantity.js";
import { type CommandIo, writeJsonOutput } from "./io.js";
import { readLaw } from "./law.js";
import { textTable } from "./textTable.js";

interface PlanFlags {
  readonly flops?: string;
  readonly pfDays?: string;
  readonly gpus?: string;
  readonly days?: string;
  readonly mfu?: string;
  readonly law: string;
  readonly uniqueTokens?: string;
  readonly inferenceTokens?: string;
  readonly json?: true;
}

/** `isoflop plan`: what to train with a given compute. */
export function planVerb(io: CommandIo): Command {
  return new Command("plan")
    .summary("what to train with a given compute")
    .description("Says which N and D a law holds to be optimal for a compute budget, with what stands beside it.")
    .option("--flops <C>", "training FLOPs, e.g. 5.76e23 or 20PF-days")
    .option("--pf-days <days>", "the same in petaFLOP/s-days of 8.64e19 FLOPs")
    .option("--gpus <cluster>", "accelerators, e.g. 64xH100; needs --days")
    .option("--days <number>", "for how long")
    .option("--mfu <share>", `model-FLOPs utilisation, above 0 and at most 1 (default: ${DEFAULT_MFU})`)
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

/** The budget in FLOPs, said in exactly one of the three ways. Errors: plan-budget, and those of the units. */
function budgetOf(flags: PlanFlags): number {
  const ways = [flags.flops, flags.pfDays, flags.gpus].filter((value) => value !== undefined).length;
  const stray = flags.gpus === undefined && (flags.days ?? flags.mfu) !== undefined;
  if (ways !== 1 || stray || (flags.gpus !== undefined && flags.days === undefined)) {
    throw new IsoflopError({
      code: "plan-budget",
      message:
        ways > 1
          ? "The compute is given in more than one way."
          : stray && ways === 1
            ? `${flags.days === undefined ? "--mfu" : "--days"} belongs to --gpus; the compute is given without them.`
            : "The compute is not given, or not completely.",
      hint: "Give one of: --flops 5.76e23; --pf-days 3640; --gpus 64xH100 --days 14 [--mfu 0.4].",
    });
  }
  if (flags.flops !== undefined) return orThrow(parseFlops(flags.flops, "--flops"));
  if (flags.pfDays !== undefined) return pfDaysToFlops(orThrow(parseCount(flags.pfDays, "--pf-days")));
  const mfu = flags.mfu === undefined ? DEFAULT_MFU : share(flags.mfu);
  const cluster = orThrow(parseCluster(flags.gpus ?? ""));
  return orThrow(clusterFlops(cluster, orThrow(parseCount(flags.days ?? "", "--days")), mfu));
}

/** "0.4" or "40%". */
function share(text: string): number {
  const value = text.trim() === "" ? undefined : parseQuantity(text);
  if (value !== undefined && value > 0 && value <= 1) return value;
  throw new IsoflopError({
    code: "bad-quantity",
    message: `--mfu must lie above 0 and at most at 1, not ${JSON.stringify(text)}.`,
    hint: "Write 0.4 or 40%. Large runs attain 0.3 to 0.5.",
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
