import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import { HOFFMANN_RUNS } from "./hoffmannRuns.js";
import type { NamedLaw } from "./law.js";

/** Besiroglu et al. 2024, as their notebook prints them; the paper's text has E = 1.8172, of another objective. */
export const besirogluConstants: ChinchillaParameters = {
  E: 1.81686,
  A: 482.00572,
  B: 2085.4342,
  alpha: 0.34781,
  beta: 0.36585,
};

/** Besiroglu et al. 2024 (arXiv:2404.10102): E + A/N^alpha + B/D^beta refitted to Hoffmann's Figure 4. */
export const besiroglu2024: NamedLaw = {
  name: "besiroglu-2024",
  title: "Epoch's refit of Chinchilla's approach 3",
  source: "Besiroglu et al. 2024, Chinchilla Scaling: A replication attempt (arXiv:2404.10102)",
  convention: { parameters: "total", flops: "6N" },
  notes: ["Fitted to 240 points read off Hoffmann's Figure 4; in effect by least absolute deviations of ln loss."],
  ...HOFFMANN_RUNS,
  optimum: (flops) => chinchilla.optimum(besirogluConstants, flops),
  loss: (n, d) => chinchilla.loss(besirogluConstants, n, d),
  chinchilla: besirogluConstants,
};
