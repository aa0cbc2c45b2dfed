/** What N may count; "given": as its source has it, which does not say. */
export const SIZE_COUNTS = ["total", "non-embedding", "given"] as const;
/** What C may be: 6ND of either N, equation 2.2 of Kaplan et al. 2020, appendix F of Hoffmann et al. 2022; "given": as its source has it. */
export const COMPUTE_COUNTS = ["6N", "6N-non-embedding", "kaplan", "hoffmann", "given"] as const;

/** How runs count: 6ND of one N is another C than 6ND of the other, which a convention alone does not tell. */
export interface Counting {
  readonly parameters: (typeof SIZE_COUNTS)[number];
  readonly flops: (typeof COMPUTE_COUNTS)[number];
}
