/** The right-most run of Hoffmann et al. 2022, Figure 4, as Besiroglu et al. 2024 (arXiv:2404.10102) read it off, FLOPs. */
export const HOFFMANN_LARGEST_FLOPS = 1.3e22;
