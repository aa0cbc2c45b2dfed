import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type ReportFigure, reportFigures } from "../../report/figureFiles.js";
import type { Exporter, ExportOptions, FigureFormat } from "../exporter.js";

/** Every figure of the report, as far as there are data for it. */
export const figuresExporter: Exporter = {
  what: "figures",
  about: "the report's figures",
  byDefault: true,
  lacks: ({ records, heldOut, report }) =>
    records.length + heldOut.length === 0 || report === undefined ? "there are no records" : undefined,
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
  // Loaded when they are wanted: the font, the renderer and the writer of PDF take half a second.
  const { FONT_FAMILY, outlineOf } = await import("./font.js");
  if (format === "png") return (await import("./png.js")).pngOf(plainSvg({ theme, fontFamily: FONT_FAMILY }));
  const { pdfOf } = await import("./pdf.js");
  return pdfOf(plainSvg({ theme, fontFamily: FONT_FAMILY, outline: outlineOf }), name, made);
}
