/** One petaFLOP/s for a day: 1e15 * 86,400 FLOPs (Kaplan et al. 2020). */
export const FLOPS_PER_PF_DAY = 8.64e19;

/** FLOPs to PF-days. */
export function flopsToPfDays(flops: number): number {
  return flops / FLOPS_PER_PF_DAY;
}

/** PF-days to FLOPs. */
export function pfDaysToFlops(pfDays: number): number {
  return pfDays * FLOPS_PER_PF_DAY;
}
