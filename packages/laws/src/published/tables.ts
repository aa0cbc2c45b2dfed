/** One row of a published table of compute-optimal models. */
export interface AllocationRow {
  readonly parameters: number;
  readonly flops: number;
  readonly tokens: number;
}

/** Hoffmann et al. 2022, Table 3: estimates by Approach 1. The 67B row prints 1.5T tokens, where C/6N is 1.43T. */
export const hoffmannTable3: readonly AllocationRow[] = [
  { parameters: 400e6, flops: 1.92e19, tokens: 8.0e9 },
  { parameters: 1e9, flops: 1.21e20, tokens: 20.2e9 },
  { parameters: 10e9, flops: 1.23e22, tokens: 205.1e9 },
  { parameters: 67e9, flops: 5.76e23, tokens: 1.5e12 },
  { parameters: 175e9, flops: 3.85e24, tokens: 3.7e12 },
  { parameters: 280e9, flops: 9.9e24, tokens: 5.9e12 },
  { parameters: 520e9, flops: 3.43e25, tokens: 11.0e12 },
  { parameters: 1e12, flops: 1.27e26, tokens: 21.2e12 },
  { parameters: 10e12, flops: 1.3e28, tokens: 216.2e12 },
];

/** Hoffmann et al. 2022, Table A3, its columns for Approach 2. */
export const hoffmannTableA3Approach2: readonly AllocationRow[] = [
  { parameters: 400e6, flops: 1.84e19, tokens: 7.7e9 },
  { parameters: 1e9, flops: 1.2e20, tokens: 20.0e9 },
  { parameters: 10e9, flops: 1.32e22, tokens: 219.5e9 },
  { parameters: 67e9, flops: 6.88e23, tokens: 1.7e12 },
  { parameters: 175e9, flops: 4.54e24, tokens: 4.3e12 },
  { parameters: 280e9, flops: 1.18e25, tokens: 7.1e12 },
  { parameters: 520e9, flops: 4.19e25, tokens: 13.4e12 },
  { parameters: 1e12, flops: 1.59e26, tokens: 26.5e12 },
  { parameters: 10e12, flops: 1.75e28, tokens: 292.0e12 },
];

/**
 * Hoffmann et al. 2022, Table A3, its columns for Approach 3. Its 175B row is printed 1.26e24; 6ND says 1.26e25. No
 * constants reproduce every row.
 */
export const hoffmannTableA3Approach3: readonly AllocationRow[] = [
  { parameters: 400e6, flops: 2.21e19, tokens: 9.2e9 },
  { parameters: 1e9, flops: 1.62e20, tokens: 27.1e9 },
  { parameters: 10e9, flops: 2.46e22, tokens: 410.1e9 },
  { parameters: 67e9, flops: 1.71e24, tokens: 4.1e12 },
  { parameters: 175e9, flops: 1.26e25, tokens: 12.0e12 },
  { parameters: 280e9, flops: 3.52e25, tokens: 20.1e12 },
  { parameters: 520e9, flops: 1.36e26, tokens: 43.5e12 },
  { parameters: 1e12, flops: 5.65e26, tokens: 94.1e12 },
  { parameters: 10e12, flops: 8.55e28, tokens: 1425.5e12 },
];
