import { decimalFormat, formatFlops, logTicks } from "@isoflop/figures/scales";
import { type Plane, xOf, yOf } from "./curvePlane.js";

/** Room around the drawing area, px. */
export const MARGIN = { top: 26, right: 14, bottom: 40, left: 52 } as const;

interface AxesProps {
  readonly plane: Plane;
  readonly xLabel: string;
  readonly yLabel: string;
  /** How the places on the horizontal axis are written; FLOPs unless told otherwise. */
  readonly format?: (value: number) => string;
}

/** Grid, ticks and names of both axes, as the figures have them. */
export function PlaneAxes({ plane, xLabel, yLabel, format = formatFlops }: AxesProps) {
  const { x, y, width, height } = plane;
  const across = logTicks(x[0], x[1], Math.max(2, Math.floor(width / 95)));
  const up = logTicks(y[0], y[1], Math.max(2, Math.floor(height / 40)));
  const loss = decimalFormat(up);
  return (
    <svg
      class="axes"
      width={width + MARGIN.left + MARGIN.right}
      height={height + MARGIN.top + MARGIN.bottom}
      aria-hidden="true"
    >
      <g transform={`translate(${MARGIN.left},${MARGIN.top})`}>
        {across.map((flops) => (
          <g key={flops} transform={`translate(${xOf(plane, flops)},0)`}>
            <line class="grid" y2={height} />
            <text y={height + 16} text-anchor="middle">
              {format(flops)}
            </text>
          </g>
        ))}
        {up.map((value) => (
          <g key={value} transform={`translate(0,${yOf(plane, value)})`}>
            <line class="grid" x2={width} />
            <text x={-7} dy="0.35em" text-anchor="end">
              {loss(value)}
            </text>
          </g>
        ))}
        <text class="name" x={width} y={height + 34} text-anchor="end">
          {xLabel}
        </text>
        <text class="name" x={-MARGIN.left + 4} y={-12}>
          {yLabel}
        </text>
      </g>
    </svg>
  );
}
