import type { Observations } from "../read/observations.js";

/** Where the runs come from, how they are counted, what was decided in reading them, and which rows were dropped. */
export function observationsText(observations: Observations): string {
  const { records, dropped, convention, derived, sources } = observations;
  const lines = [`${records.length} runs from ${sources.join(", ")}`];
  lines.push(
    `N counts ${convention.parameters === "given" ? "as given" : convention.parameters}; C is ${convention.flops === "given" ? "as given" : convention.flops}${derived === undefined ? "" : ` (derived: ${derived})`}`,
  );
  lines.push(...observations.columns.map((line) => `columns: ${line}`));
  lines.push(...observations.warnings.map(({ code, message }) => `warning (${code}): ${message}`));
  lines.push(...observations.notices.map((notice) => `note: ${notice}`));
  if (dropped.length > 0) {
    lines.push(
      `${dropped.length} rows dropped:`,
      ...dropped.slice(0, 10).map(({ row, reason }) => `  row ${row}: ${reason}`),
    );
    if (dropped.length > 10) lines.push(`  … and ${dropped.length - 10} more (--json lists all)`);
  }
  return lines.join("\n");
}
