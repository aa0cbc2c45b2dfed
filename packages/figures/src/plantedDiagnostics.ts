import type {
  BootstrapPairsData,
  FrontierResidualsData,
  InfluenceData,
  LawComparisonData,
  ProfileLikelihoodData,
} from "./data.js";
import { plantedStudy } from "./plantedStudy.js";
import { publishedModelsExample } from "./publishedModelsExample.js";
import { logSpace } from "./ticks.js";

/** All that the figures about a fit need. */
export interface PlantedDiagnostics {
  readonly profileLikelihood: ProfileLikelihoodData;
  readonly bootstrapPairs: BootstrapPairsData;
  readonly influence: InfluenceData;
  readonly lawComparison: LawComparisonData;
  readonly frontierResiduals: FrontierResidualsData;
}

/** The estimates and standard errors of Besiroglu et al. 2024, 1,000 draws with one common cause. */
const estimates = [
  { name: "E", estimate: 1.817, error: 0.026, share: 0.9 },
  { name: "A", estimate: 478, error: 0.26, share: 0.95, logarithmic: true },
  { name: "B", estimate: 2143, error: 0.6, share: -0.6, logarithmic: true },
  { name: "α", estimate: 0.347, error: 0.0154, share: 0.97 },
  { name: "β", estimate: 0.367, error: 0.0206, share: -0.6 },
] as const;

/**
 * Made-up results about a fit: quadratic profiles, correlated draws, one run that matters. For tests and documentation.
 * @param random seeded generator of uniform numbers in [0, 1)
 */
export function plantedDiagnostics(random: () => number): PlantedDiagnostics {
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const study = plantedStudy(random);
  const { parametersLaw } = study.optimumScaling;
  const a = parametersLaw.exponent;
  const published = publishedModelsExample().laws;
  const compute = logSpace(1e19, 1e25, 30);
  const own = (name: string, atOne: number, exponent: number, spread: number) => ({
    name,
    optima: compute.map((flops) => ({ flops, parameters: atOne * (flops / 1e21) ** exponent })),
    band: compute.map((flops) => {
      const factor = Math.exp(0.05 + spread * Math.abs(Math.log(flops / 1e20)));
      const parameters = atOne * (flops / 1e21) ** exponent;
      return { flops, low: parameters / factor, high: parameters * factor };
    }),
  });
  return {
    profileLikelihood: {
      parameters: estimates.map(({ name, estimate, error, ...rest }) => {
        const logarithmic = "logarithmic" in rest;
        const at = (deviations: number): number =>
          logarithmic ? estimate * Math.exp(error * deviations) : estimate + error * deviations;
        return {
          name,
          estimate,
          interval95: [at(-1.96), at(1.96)] as const,
          bootstrap95: [at(-2.2), at(2.2)] as const,
          // Half the chi-squared of one degree of freedom.
          points: Array.from({ length: 41 }, (_, i) => ({ value: at((i - 20) / 6), rise: ((i - 20) / 6) ** 2 / 2 })),
          level: 1.96 ** 2 / 2,
          ...(logarithmic ? { logarithmic } : {}),
        };
      }),
    },
    bootstrapPairs: {
      parameters: estimates.map(({ name, estimate, ...rest }) => ({
        name,
        estimate,
        ...("logarithmic" in rest ? { logarithmic: true } : {}),
      })),
      draws: Array.from({ length: 1000 }, () => {
        const common = normal();
        return estimates.map(({ estimate, error, share, ...rest }) => {
          const deviation = error * (share * common + Math.sqrt(1 - share ** 2) * normal());
          return "logarithmic" in rest ? estimate * Math.exp(deviation) : estimate + deviation;
        });
      }),
    },
    influence: {
      quantity: "a",
      estimate: a,
      interval95: parametersLaw.exponentInterval ?? [a - 0.03, a + 0.03],
      runs: study.runs.map((run, index) => ({
        ...run,
        id: run.name,
        without: index === 9 ? a + 0.041 : a + 0.006 * normal(),
      })),
    },
    frontierResiduals: {
      approach: "2",
      optima: study.isoflopProfiles.profiles.map(({ budget }, index) => ({
        flops: budget,
        parameters: index === 1 ? 0.09 : 0.02 * normal(),
        loss: 0.002 * normal(),
        standardError: 0.03,
      })),
      runs: study.runs.map((run) => ({
        ...run,
        id: run.name,
        budget: run.budget ?? 1,
        ofMinimum: Math.exp(normal()),
        loss: 0.004 * normal(),
      })),
    },
    lawComparison: {
      laws: [
        own("Approach 2", 3.1e9, 0.49, 0.03),
        own("Approach 3", 2.6e9, 0.46, 0.02),
        ...published.map(({ name, optima }) => ({ name, published: true, optima })),
      ],
      trained: [1e19, 3e21],
      at: 1e24,
    },
  };
}
