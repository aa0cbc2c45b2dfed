import { createRequire } from "node:module";
import type { TextOutline } from "@isoflop/figures";
import { type Font, openSync } from "fontkit";

/** DejaVu Sans Condensed: as wide as the fonts that the figures are laid out for, with Greek, superscripts and mathematical signs. */
export const FONT_FAMILY = "DejaVu Sans Condensed";

const require = createRequire(import.meta.url);
const file = (name: string): string => require.resolve(`dejavu-fonts-ttf/ttf/${name}.ttf`);

/** The font's files, so that a figure looks the same on every machine. */
export const FONT_FILES = { regular: file("DejaVuSansCondensed"), bold: file("DejaVuSansCondensed-Bold") } as const;
type FontWeight = keyof typeof FONT_FILES;

const opened = new Map<FontWeight, Font>();

/** The font for its outlines, read once. */
function fontOf(weight: FontWeight): Font {
  const known = opened.get(weight);
  if (known !== undefined) return known;
  const font = openSync(FONT_FILES[weight]);
  // Collections have several fonts; these files are none.
  if (!("glyphsForString" in font)) throw new TypeError(`${FONT_FILES[weight]} is a collection of fonts.`);
  opened.set(weight, font);
  return font;
}

/** A text as a path, in units of its size. */
export const outlineOf: TextOutline = (text, bold) => {
  const font = fontOf(bold ? "bold" : "regular");
  const scale = 1 / font.unitsPerEm;
  const { glyphs, positions, advanceWidth } = font.layout(text);
  const paths: string[] = [];
  let pen = 0;
  for (const [i, glyph] of glyphs.entries()) {
    paths.push(glyph.path.translate(pen, 0).scale(scale, -scale).toSVG());
    pen += positions[i]?.xAdvance ?? glyph.advanceWidth;
  }
  return { path: paths.join(""), advance: advanceWidth * scale };
};
