import type { ChinchillaConstants, PublishedModelsData } from "./data.js";
import { logSpace } from "./ticks.js";

/** Models of Hoffmann et al. 2022, Figure 1, and allocation laws with the constants that their papers print. */
export function publishedModelsExample(): PublishedModelsData {
  const compute = logSpace(1e20, 1e27, 36);
  const lawOf = (name: string, parametersAt: (flops: number) => number) => ({
    name,
    optima: compute.map((flops) => ({
      flops,
      parameters: parametersAt(flops),
      tokens: flops / 6 / parametersAt(flops),
    })),
  });
  const chinchilla = (c: ChinchillaConstants) => (flops: number) =>
    ((c.alpha * c.A) / (c.beta * c.B)) ** (1 / (c.alpha + c.beta)) * (flops / 6) ** (c.beta / (c.alpha + c.beta));
  return {
    laws: [
      lawOf("Hoffmann 2022, approach 1", (flops) => 67e9 * (flops / 5.76e23) ** 0.5),
      lawOf("Hoffmann 2022, approach 2", (flops) => 67e9 * (flops / 6.88e23) ** 0.49),
      lawOf(
        "Hoffmann 2022, approach 3",
        chinchilla({
          E: Math.exp(0.5267228),
          A: Math.exp(6.0073404),
          B: Math.exp(6.0179186),
          alpha: 0.33917084,
          beta: 0.2849083,
        }),
      ),
      lawOf("Besiroglu 2024", chinchilla({ E: 1.81722, A: 477.83, B: 2143.4, alpha: 0.34731, beta: 0.36717 })),
      lawOf("Kaplan 2020", (flops) => 1.3e9 * (flops / 8.64e19) ** 0.73),
    ],
    models: [
      { name: "LaMDA", parameters: 137e9, tokens: 168e9 },
      { name: "GPT-3", parameters: 175e9, tokens: 300e9 },
      { name: "Jurassic", parameters: 178e9, tokens: 300e9 },
      { name: "Gopher", parameters: 280e9, tokens: 300e9 },
      { name: "MT-NLG", parameters: 530e9, tokens: 270e9 },
      { name: "Chinchilla", parameters: 70e9, tokens: 1.4e12 },
    ],
    fixedTokens: 300e9,
  };
}
