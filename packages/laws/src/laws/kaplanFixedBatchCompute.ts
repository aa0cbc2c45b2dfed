import { C_INPUT } from "./forms/quantities.js";
import { scaleLaw } from "./forms/scaleLaw.js";

/** Loss along the frontier of runs at one fixed batch, "naive" in the paper since most are not at their best batch. */
export const kaplanFixedBatchCompute = scaleLaw({
  name: "kaplan-fixed-batch-compute",
  form: "L(C) = (Cc / C)^alphaC",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), Table 5 (L(C), naive)",
  scale: ["Cc", { unit: "FLOPs", meaning: "compute at which the law reaches one nat per token" }],
  exponent: ["alphaC", { unit: "1", meaning: "exponent of compute", bounds: [0.001, 3] }],
  input: ["C", { ...C_INPUT, meaning: "training compute C at a fixed batch" }],
  published: {
    scale: 1.6e7 * 8.64e19,
    exponent: 0.057,
    source: "Kaplan et al. 2020 (arXiv:2001.08361), Table 5: 1.6e7 PF-days",
  },
});
