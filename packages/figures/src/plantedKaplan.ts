import type {
  CriticalBatchData,
  EnvelopeScalingData,
  KaplanAllocationData,
  KaplanLawsData,
  KaplanSizesData,
} from "./data.js";
import { plantedStudy } from "./plantedStudy.js";
import { logSpace } from "./ticks.js";

/** All that the figures of Kaplan et al. 2020 and Figure 2 of Hoffmann et al. 2022 need. */
export interface PlantedKaplan {
  readonly kaplanLaws: KaplanLawsData;
  readonly kaplanSizes: KaplanSizesData;
  readonly criticalBatch: CriticalBatchData;
  readonly kaplanAllocation: KaplanAllocationData;
  readonly envelopeScaling: EnvelopeScalingData;
}

/** The constants that the paper prints (Figure 1, Tables 2, 3 and 6, Figure 10), compute in FLOPs of C_min. */
const pfDay = 8.64e19;
const single = {
  compute: { scale: 3.1e8 * pfDay, exponent: 0.05 },
  tokens: { scale: 5.4e13, exponent: 0.095 },
  parameters: { scale: 8.8e13, exponent: 0.076 },
} as const;
const bySize = { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 } as const;
const bySteps = { Nc: 6.5e13, Sc: 2.1e3, alphaN: 0.077, alphaS: 0.76 } as const;
const batch = { Bstar: 2.1e8, alphaB: 0.21 } as const;
const allocation = { parameters: [1.3e9, 0.73], steps: [5.4e3, 0.03], batch: [2e6, 0.24] } as const;

/**
 * Made-up measurements that follow the laws of Kaplan et al. 2020 with seeded noise. For tests and documentation.
 * @param random seeded generator of uniform numbers in [0, 1)
 */
export function plantedKaplan(random: () => number): PlantedKaplan {
  const noisy = (value: number, share: number): number => value * Math.exp(share * (2 * random() - 1));
  const panel = (name: keyof typeof single, low: number, high: number) => {
    const { scale, exponent } = single[name];
    const value = (x: number): number => (scale / x) ** exponent;
    return {
      law: {
        scale,
        exponent,
        exponentInterval: [exponent * 0.97, exponent * 1.04] as const,
        band: logSpace(low / 3, high * 3, 24).map((x) => ({ x, low: value(x) * 0.985, high: value(x) * 1.015 })),
      },
      points: logSpace(low, high, 9).map((x, index) => ({
        id: `${name}-${index}`,
        name: `${name} ${index + 1}`,
        x,
        loss: noisy(value(x), 0.008),
      })),
    };
  };
  const sizes = logSpace(4e5, 7e8, 6);
  const study = plantedStudy(random);
  const power = ([atOne, exponent]: readonly [number, number]) => ({
    coefficient: atOne / pfDay ** exponent,
    exponent,
    exponentInterval: [exponent - 0.02, exponent + 0.02] as const,
  });
  const [parametersLaw, stepsLaw] = [power(allocation.parameters), power(allocation.steps)];
  const batchLaw = power(allocation.batch);
  return {
    kaplanLaws: {
      compute: { ...panel("compute", 1e15, 1e20), adjusted: true },
      tokens: panel("tokens", 2e7, 2e10),
      parameters: panel("parameters", 1e5, 1e9),
    },
    kaplanSizes: {
      data: {
        law: bySize,
        stoppedEarly: true,
        runs: sizes.flatMap((parameters, size) =>
          logSpace(2e7, 2e10, 6).map((tokens, index) => ({
            id: `n${size}-d${index}`,
            name: `n${size + 1} d${index + 1}`,
            parameters,
            tokens,
            loss: noisy(
              ((bySize.Nc / parameters) ** (bySize.alphaN / bySize.alphaD) + bySize.Dc / tokens) ** bySize.alphaD,
              0.006,
            ),
          })),
        ),
      },
      steps: {
        law: bySteps,
        runs: sizes.map((parameters, size) => ({
          id: `curve-${size}`,
          name: `n${size + 1}`,
          parameters,
          curve: logSpace(1e3, 2e5, 50).map((steps) => ({
            steps,
            loss: noisy((bySteps.Nc / parameters) ** bySteps.alphaN + (bySteps.Sc / steps) ** bySteps.alphaS, 0.008),
          })),
        })),
      },
    },
    criticalBatch: {
      law: { ...batch, alphaBInterval: [0.19, 0.24] },
      points: logSpace(2.6, 8, 24).map((loss, index) => {
        const from = index % 6 === 0 ? "scan" : "noise";
        const value = noisy(batch.Bstar / loss ** (1 / batch.alphaB), 0.25);
        return {
          id: `batch-${index}`,
          name: `run ${index + 1}`,
          loss,
          batch: value,
          from,
          ...(from === "scan" ? { interval95: [value / 1.4, value * 1.4] as const } : {}),
        };
      }),
    },
    kaplanAllocation: {
      points: logSpace(1e15, 3e19, 10).map((flops, index) => ({
        id: `efficient-${index}`,
        name: `C ${index + 1}`,
        flops,
        parameters: noisy(parametersLaw.coefficient * flops ** parametersLaw.exponent, 0.2),
        steps: noisy(stepsLaw.coefficient * flops ** stepsLaw.exponent, 0.15),
        batch: noisy(batchLaw.coefficient * flops ** batchLaw.exponent, 0.1),
      })),
      parametersLaw,
      stepsLaw,
      batchLaw,
    },
    envelopeScaling: {
      points: logSpace(4e10, 4e11, 40).map((flops, index) => {
        // Each of eight sizes is the best one for a while.
        const size = Math.floor(index / 5);
        const { coefficient, exponent } = study.optimumScaling.parametersLaw;
        const parameters = coefficient * (4e10 * 10 ** ((size + 0.5) / 8)) ** exponent;
        const status = size === 0 || size === 7 ? "edge" : "used";
        return {
          id: `size-${size}`,
          name: `size ${size + 1}`,
          flops,
          parameters,
          tokens: flops / 6 / parameters,
          status,
        };
      }),
      parametersLaw: study.optimumScaling.parametersLaw,
      tokensLaw: study.optimumScaling.tokensLaw,
      ...(study.optimumScaling.forecast ? { forecast: study.optimumScaling.forecast } : {}),
    },
  };
}
