import { type FigureOptions, plainSvg, standaloneSvg } from "@isoflop/figures";
import type { FigureFormat } from "./figureFormats.js";
import { figureTables, tablesCsv } from "./figureTables.js";

type Draw<Data> = (data: Data, options: FigureOptions) => HTMLElement;

/** Pixels of a PNG for each of the drawing. */
const PNG_SCALE = 2;
const FONTS = "system-ui, sans-serif";

/** The file of a figure in one of the formats; drawn anew at full width, whatever the page has room for. */
export async function figureFile<Data>(
  format: FigureFormat,
  draw: Draw<Data>,
  data: Data,
  options: FigureOptions,
  dark: boolean,
): Promise<Blob> {
  const full = { ...options, widths: [720] };
  switch (format) {
    case "svg":
      return new Blob([standaloneSvg(draw(data, full))], { type: "image/svg+xml" });
    case "png":
      return pngOf(plainSvg(draw(data, full), { theme: dark ? "dark" : "light", fontFamily: FONTS }));
    case "csv":
      return new Blob([tablesCsv(figureTables(data))], { type: "text/csv;charset=utf-8" });
    case "json":
      return new Blob([`${JSON.stringify(data, null, 2)}\n`], { type: "application/json" });
  }
}

async function pngOf(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * PNG_SCALE;
    canvas.height = image.naturalHeight * PNG_SCALE;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error("no PNG")) : resolve(blob)), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Hands the reader a file that is made in the page. */
export function saveBlob(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
