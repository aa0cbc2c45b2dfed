import { readFile } from "node:fs/promises";
import {
  type AllocationFit,
  clusterFlops,
  DEFAULT_MFU,
  formatCount,
  formatFlops,
  type Interval,
  IsoflopError,
  lawFromFit,
  type NamedLaw,
  type Plan,
  parseCluster,
  parseCount,
  parseFlops,
  pfDaysToFlops,
  plan,
  publishedLaw,
} from "@isoflop/laws";
import { Command } from "commander";
import { type CommandIo, writeJsonOutput } from "./io.js";
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
      const made = plan(await readLaw(flags.law), flops, {
        ...(flags.uniqueTokens === undefined
          ? {}
          : { uniqueTokens: parseCount(flags.uniqueTokens, "--unique-tokens") }),
        ...(flags.inferenceTokens === undefined
          ? {}
          : { inferenceTokens: parseCount(flags.inferenceTokens, "--inference-tokens") }),
      });
      if (flags.json) writeJsonOutput(io, made);
      else io.stdout(planText(made));
    });
}

/** The budget in FLOPs, said in exactly one of the three ways. Errors: plan-budget, and those of the units. */
function budgetOf(flags: PlanFlags): number {
  const ways = [flags.flops, flags.pfDays, flags.gpus].filter((value) => value !== undefined).length;
  if (
    ways !== 1 ||
    (flags.gpus !== undefined) !== (flags.days !== undefined) ||
    (flags.mfu !== undefined && flags.gpus === undefined)
  ) {
    throw new IsoflopError({
      code: "plan-budget",
      message: ways > 1 ? "The compute is given in more than one way." : "The compute is not given, or not completely.",
      hint: "Give one of: --flops 5.76e23; --pf-days 3640; --gpus 64xH100 --days 14 [--mfu 0.4].",
    });
  }
  if (flags.flops !== undefined) return parseFlops(flags.flops, "--flops");
  if (flags.pfDays !== undefined) return pfDaysToFlops(parseCount(flags.pfDays, "--pf-days"));
  const mfu = flags.mfu === undefined ? DEFAULT_MFU : Number(flags.mfu);
  return clusterFlops(parseCluster(flags.gpus ?? ""), parseCount(flags.days ?? "", "--days"), mfu);
}

/** A published law by name, or a fit that `isoflop fit` or a study wrote. Errors: unknown-law, law-file. */
async function readLaw(name: string): Promise<NamedLaw> {
  if (!name.endsWith(".json")) return publishedLaw(name);
  const fail = (why: string, cause?: unknown) =>
    new IsoflopError({
      code: "law-file",
      message: `--law ${name}: ${why}.`,
      hint: "Give a fit that a study wrote (fits/chinchilla.json, fits/isoflop-power-law.json) or the name of a published law.",
      cause,
    });
  const text = await readFile(name, "utf8").catch((cause: unknown) => {
    throw fail("the file cannot be read", cause);
  });
  let fit: unknown;
  try {
    fit = JSON.parse(text);
  } catch (cause) {
    throw fail("it is not JSON", cause);
  }
  if (!isAllocationFit(fit)) throw fail("it holds no fit that says what is optimal, or not the whole of one");
  return lawFromFit(fit, name);
}

function isAllocationFit(value: unknown): value is AllocationFit {
  if (typeof value !== "object" || value === null || !("law" in value) || !("compute" in value) || !("draws" in value))
    return false;
  return ["chinchilla", "isoflop-power-law", "envelope-power-law", "kaplan-model-data"].includes(String(value.law));
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
      formatCount(one.parameters),
      formatCount(one.tokens),
      one.loss === undefined ? "-" : loss(one.loss),
    ]);
    lines.push("", textTable(["Alternative", "N", "D", "Loss"], rows).trimEnd());
  }
  for (const note of made.notes) lines.push(`note: ${note}`);
  return `${lines.join("\n")}\n`;
}
