import { Resvg } from "@resvg/resvg-js";
import { FONT_FAMILY, FONT_FILES } from "./font.js";

/** Pixels for each of the SVG's: sharp on paper at the width of a column, and on every screen. */
const SCALE = 2;

/** A plain SVG as PNG, with no font of the machine's. */
export function pngOf(svg: string): Uint8Array {
  const image = new Resvg(svg, {
    fitTo: { mode: "zoom", value: SCALE },
    font: { loadSystemFonts: false, fontFiles: Object.values(FONT_FILES), defaultFontFamily: FONT_FAMILY },
  });
  return image.render().asPng();
}
