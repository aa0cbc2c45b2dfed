import { IsoflopError } from "@isoflop/laws/error";
import type { Exporter } from "./exporter.js";
import { figuresExporter } from "./figures/figures.js";
import { latexExporter } from "./latex/latex.js";
import { modelCardExporter } from "./modelCard/modelCard.js";
import { curvesExporter } from "./tables/curves.js";
import { drawsExporter, fitsExporter } from "./tables/fits.js";
import { recordsExporter } from "./tables/records.js";
import { TRACKER_EXPORTERS } from "./trackers/trackerExporters.js";

/** Everything that can be exported, in the order of writing. */
export const EXPORTERS: readonly Exporter[] = [
  recordsExporter,
  curvesExporter,
  fitsExporter,
  drawsExporter,
  figuresExporter,
  latexExporter,
  modelCardExporter,
  ...TRACKER_EXPORTERS,
];

/** Those that --what names; undefined: what an export has unless told otherwise. Errors: export-what. */
export function chosenExporters(names: readonly string[] | undefined): readonly Exporter[] {
  if (names === undefined) return EXPORTERS.filter(({ byDefault }) => byDefault);
  const unknown = names.find((name) => !EXPORTERS.some(({ what }) => what === name));
  if (unknown !== undefined) {
    throw new IsoflopError({
      code: "export-what",
      message: `--what has nothing called ${JSON.stringify(unknown)}.`,
      hint: `It knows ${EXPORTERS.map(({ what }) => what).join(", ")}.`,
    });
  }
  return EXPORTERS.filter(({ what }) => names.includes(what));
}
