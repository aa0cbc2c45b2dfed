import type { Interval } from "@isoflop/laws";
import * as Plot from "@observablehq/plot";
import { countAxis, type Panel } from "./axes.js";
import { computeIn } from "./compute.js";
import type { EnvelopeScalingData, OptimumScalingData, PowerLaw } from "./data.js";
import { formerLine } from "./former.js";
import type { FigureOptions, Room } from "./frame.js";
import { inLanguage } from "./language.js";
import { bandOfCompute, lawMarks } from "./lawMarks.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, ink, logColorScale } from "./palette.js";
import { runDots } from "./runMarks.js";
import { terms } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

/** An optimum found at some compute, of N or of D. */
export interface Mark {
  /** The run that it comes from, if it is one run's. */
  readonly id?: string;
  readonly name?: string;
  readonly budget: number;
  readonly value: number;
  readonly interval: Interval | undefined;
}

/** N_opt or D_opt against C: the optima, the law through those of them that are used, the forecast, what was trained there. */
export interface OptimumPanelData {
  readonly label: string;
  readonly law: PowerLaw;
  /** As it was with the runs that are left out. */
  readonly former?: PowerLaw | undefined;
  readonly fitted: readonly Mark[];
  readonly unusable: readonly Mark[];
  readonly forecast: readonly Mark[];
  readonly heldOut: readonly {
    readonly id?: string;
    readonly flops: number;
    readonly value: number;
    readonly color: string;
    readonly label: string;
  }[];
  /** Of the optima's dots, px. */
  readonly radius?: number;
}

const forecastColor = categoryColor(1);

/** What the two panels' lines mean: the power laws, how far they reach beyond the optima, their bands, the forecast. */
export function optimumEntries(
  { parametersLaw, tokensLaw, forecast }: OptimumScalingData | EnvelopeScalingData,
  options: FigureOptions,
): LegendEntry[] {
  const term = inLanguage(terms, options);
  return [
    { label: term.powerLaw, mark: "line", color: ink },
    { label: term.extrapolated, mark: "dashes", color: ink },
    ...(parametersLaw.band || tokensLaw.band ? [{ label: term.band, mark: "band" as const, color: ink }] : []),
    ...(forecast ? [{ label: term.forecast, mark: "diamond" as const, color: forecastColor }] : []),
  ];
}

function intervalRules(marks: readonly Mark[], stroke: string | ((mark: Mark) => string)): Plot.Markish {
  return Plot.ruleX(
    marks.filter((mark) => mark.interval),
    {
      x: "budget",
      y1: (mark: Mark) => mark.interval?.[0],
      y2: (mark: Mark) => mark.interval?.[1],
      stroke,
      strokeWidth: 1.75,
    },
  );
}

/** The panel of one quantity, narrow rooms stacking the two. */
export function optimumPanel(
  data: OptimumPanelData,
  compute: readonly [number, number],
  room: Room,
  options: FigureOptions,
): Panel {
  const { law, former, fitted, unusable, forecast, heldOut, radius = 4.5 } = data;
  const unit = computeIn(options);
  const height = room.narrow ? 280 : 330;
  const width = room.narrow ? room.width : room.width / 2;
  const value = (flops: number): number => law.coefficient * flops ** law.exponent;
  const budgets = fitted.map((mark) => mark.budget);
  const [from, to] = [Math.min(...budgets), Math.max(...budgets)];
  const y = logDomain(
    [
      ...[...fitted, ...unusable, ...forecast].flatMap((mark) => [mark.value, ...(mark.interval ?? [])]),
      ...heldOut.map((mark) => mark.value),
      ...compute.map(value),
    ],
    0.06,
  );
  const color = logColorScale([...fitted, ...unusable].map((mark) => mark.budget));
  const dot = { x: "budget", y: "value" } as const;
  return {
    height,
    marginLeft: 46,
    marginRight: 16,
    marginTop: 24,
    marginBottom: 38,
    x: unit.axis(inLanguage(terms, options).computeBudget(unit.counted), compute, width - 62),
    y: countAxis(data.label, y, height - 62, 40),
    marks: [
      ...lawMarks({ value, fitted: [from, to], band: bandOfCompute(law.band) }, { x: compute, y }),
      formerLine(
        former === undefined
          ? []
          : logSpace(compute[0], compute[1], 24).map((at) => ({
              x: at,
              y: former.coefficient * at ** former.exponent,
            })),
        { x: compute, y },
      ),
      intervalRules(fitted, (mark) => color(mark.budget)),
      intervalRules(forecast, forecastColor),
      Plot.dot(unusable, {
        ...dot,
        r: radius,
        stroke: (mark: Mark) => color(mark.budget),
        strokeWidth: 1.75,
        fill: background,
        ...titleOf(unusable),
        ...runDots(unusable, options),
      }),
      Plot.dot(fitted, {
        ...dot,
        r: radius,
        fill: (mark: Mark) => color(mark.budget),
        stroke: background,
        strokeWidth: 0.75,
        ...titleOf(fitted),
        ...runDots(fitted, options),
      }),
      Plot.dot(forecast, { ...dot, r: 7, symbol: "diamond", fill: forecastColor, stroke: background }),
      Plot.dot(heldOut, {
        x: "flops",
        y: "value",
        r: 8,
        symbol: "square",
        stroke: (mark: { color: string }) => mark.color,
        strokeWidth: 1.75,
        fill: "none",
        title: "label",
        ...runDots(heldOut, options),
      }),
    ],
  };
}

function titleOf(marks: readonly Mark[]): Pick<Plot.DotOptions, "title"> {
  return marks.some(({ name }) => name !== undefined) ? { title: "name" } : {};
}
