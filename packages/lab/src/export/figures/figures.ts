import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ReportFigure, reportFigures } from "../../report/figureFiles.js";
import type { Exporter, ExportOptions, FigureFormat } from "../exporter.js";
import { FONT_FAMILY, outlineOf } from "./font.js";
import { pdfOf } from "./pdf.js";
import { pngOf } from "./png.js";

/** Every figure of the report, as far as there are data for it. */
export const figuresExporter: Exporter = {
  what: "figures",
  about: "the report's figures",
  byDefault: true,
  lacks: ({ report }) => (report === undefined ? "there is no report of these runs" : undefined),
  write: async ({ report }, { folder }, options) => {
    const model = await report!();
    const paths: string[] = [];
    await mkdir(join(folder, "figures"), { recursive: true });
    for (const figure of reportFigures(model)) {
      for (const format of options.figures) {
        const path = `figures/${figure.name}.${ENDINGS[format]}`;
        await writeFile(join(folder, path), await contentOf(figure, format, options, new Date(model.generatedAt)));
        paths.push(path);
      }
    }
    return paths.map((path) => ({ path }));
  },
};

const ENDINGS: Readonly<Record<FigureFormat, string>> = { svg: "svg", png: "png", pdf: "pdf", "vega-lite": "vl.json" };

async function contentOf(
  { name, svg, plainSvg, vegaLite }: ReportFigure,
  format: FigureFormat,
  { theme }: Pick<ExportOptions, "theme">,
  made: Date,
): Promise<string | Uint8Array> {
  if (format === "svg") return svg();
  if (format === "vega-lite") return `${JSON.stringify(vegaLite(theme), undefined, 1)}\n`;
  if (format === "png") return pngOf(plainSvg({ theme, fontFamily: FONT_FAMILY }));
  return pdfOf(plainSvg({ theme, fontFamily: FONT_FAMILY, outline: outlineOf }), name, made);
}
