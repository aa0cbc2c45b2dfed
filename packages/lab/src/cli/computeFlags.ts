import {
  clusterFlops,
  DEFAULT_MFU,
  IsoflopError,
  orThrow,
  parseCluster,
  parseCount,
  parseFlops,
  pfDaysToFlops,
} from "@isoflop/laws";
import type { Command } from "commander";
import { parseQuantity } from "../study/quantity.js";

/** A compute budget, as a user says it. */
export interface ComputeFlags {
  readonly flops?: string;
  readonly pfDays?: string;
  readonly gpus?: string;
  readonly days?: string;
  readonly mfu?: string;
}

export function withComputeFlags(command: Command): Command {
  return command
    .option("--flops <C>", "training FLOPs, e.g. 5.76e23 or 20PF-days")
    .option("--pf-days <days>", "the same in petaFLOP/s-days of 8.64e19 FLOPs")
    .option("--gpus <cluster>", "accelerators, e.g. 64xH100; needs --days")
    .option("--days <number>", "for how long")
    .option("--mfu <share>", `model-FLOPs utilisation, above 0 and at most 1 (default: ${DEFAULT_MFU})`);
}

/** The budget in FLOPs, said in exactly one of the three ways. Errors: plan-budget, and those of the units. */
export function budgetOf(flags: ComputeFlags): number {
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
