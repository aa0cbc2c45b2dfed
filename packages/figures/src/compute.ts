import { type Axis, flopsAxis } from "./axes.js";
import { formatAmount, formatFlops } from "./format.js";
import type { FigureOptions } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";

/** What compute is told in; the data are in FLOPs always. */
export type ComputeUnit = "FLOPs" | "PF-days";

/** Kaplan et al. 2020, section 1.3: a day at 10^15 FLOP/s. */
const FLOPS_PER_PF_DAY = 1e15 * 24 * 3600;

const texts = bilingual({ FLOPs: "FLOPs", "PF-days": "PF-days" }, { FLOPs: "FLOPs", "PF-days": "PF-day" });
const countedBy = bilingual(
  { kaplan: "Kaplan’s count", hoffmann: "Hoffmann’s count" },
  { kaplan: "Kaplan の数え方", hoffmann: "Hoffmann の数え方" },
);

/** How a figure writes compute. */
export interface ComputeFormat {
  /** "FLOPs", for headings. */
  readonly name: string;
  /** The same for the axes of what is counted, with whose count it is where that is to be said; budgets are as they were spent. */
  readonly counted: string;
  /** "3×10²¹". */
  readonly number: (flops: number) => string;
  /** "3×10²¹ FLOPs". */
  readonly text: (flops: number) => string;
  /** A logarithmic axis of compute, its domain in FLOPs, its ticks round in the unit. */
  readonly axis: (label: string, domain: readonly [number, number], length: number) => Axis;
}

/** The unit of compute that was asked for, FLOPs by default. */
export function computeIn(options: Pick<FigureOptions, "compute" | "language" | "counting">): ComputeFormat {
  const { compute = "FLOPs", counting } = options;
  const name = inLanguage(texts, options)[compute];
  const counted = counting?.flops === undefined ? name : `${name}, ${inLanguage(countedBy, options)[counting.flops]}`;
  if (compute === "FLOPs") {
    return {
      name,
      counted,
      number: (flops) => formatFlops(flops),
      text: (flops) => `${formatFlops(flops)} ${name}`,
      axis: flopsAxis,
    };
  }
  const number = (flops: number): string => {
    const days = flops / FLOPS_PER_PF_DAY;
    return days >= 1e4 ? formatFlops(days) : formatAmount(days);
  };
  return {
    name,
    counted,
    number,
    text: (flops) => `${number(flops)} ${name}`,
    axis: (label, [low, high], length) => {
      const inDays = flopsAxis(label, [low / FLOPS_PER_PF_DAY, high / FLOPS_PER_PF_DAY], length);
      return {
        ...inDays,
        scale: { ...inDays.scale, domain: [low, high] },
        ticks: inDays.ticks.map((days) => days * FLOPS_PER_PF_DAY),
        format: number,
      };
    },
  };
}
