/** The runs of Hoffmann et al. 2022, Figure 4, from left to right, as Besiroglu et al. 2024 (arXiv:2404.10102) read them off and kept them. */
export const HOFFMANN_RUNS = { smallestFlops: 1.4e18, largestFlops: 1.3e22 } as const;
