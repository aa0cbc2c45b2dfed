import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";

/** The kind of machine that a report is made on. No host names. */
export function machine(): Readonly<Record<string, string>> {
  return {
    Processor: `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? arch()}`,
    Memory: `${Math.round(totalmem() / 1e9)} GB`,
    "Operating system": `${type()} ${release()}`,
  };
}

/** "C by 6ND, N total". */
export function countingText(flops: string, parameters: string): string {
  return `C ${flops === "given" ? "as given" : `by ${flops === "6N" ? "6ND" : flops}`}, N ${parameters === "given" ? "as given" : parameters}`;
}
