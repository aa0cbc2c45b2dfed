import { formatCount, rampColor } from "@isoflop/figures/scales";
import type { DrawnRun } from "./curvePlane.js";

const STEPS = 6;

interface LegendProps {
  readonly title: string;
  readonly runs: readonly DrawnRun[];
  /** What the thick line is, where there is one. */
  readonly frontier: string | undefined;
}

/** Which colour is which size. Its place is kept while there are none. */
export function SizeLegend({ title, runs, frontier }: LegendProps) {
  const low = runs[0]?.run.parameters ?? 1;
  const high = runs.at(-1)?.run.parameters ?? 1;
  const shown =
    runs.length === 0 ? [] : low === high ? [0.5] : Array.from({ length: STEPS }, (_, i) => i / (STEPS - 1));
  return (
    <p class="legend">
      <span class="faint">{title}</span>
      {shown.map((share) => (
        <span key={share}>
          <span class="swatch" style={{ background: rampColor(share) }} aria-hidden="true" />
          {formatCount(low * (high / low) ** share, 2)}
        </span>
      ))}
      {frontier !== undefined && (
        <span>
          <span class="swatch frontier" aria-hidden="true" />
          {frontier}
        </span>
      )}
    </p>
  );
}
