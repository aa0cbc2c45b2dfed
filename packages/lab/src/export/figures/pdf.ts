import PDFDocument from "pdfkit";
import svgToPdf from "svg-to-pdfkit";
import { FONT_FILES } from "./font.js";

/** A plain SVG as a PDF of its size (one px is one point): lines and text, the latter with its font embedded. */
export async function pdfOf(svg: string, title: string, made: Date): Promise<Uint8Array> {
  const [width, height] = sizeOf(svg);
  const document = new PDFDocument({
    size: [width, height],
    margin: 0,
    info: { Title: title, Creator: "isoflop", CreationDate: made, ModDate: made },
  });
  const pieces: Buffer[] = [];
  document.on("data", (piece: Buffer) => pieces.push(piece));
  const done = new Promise<void>((resolve, reject) => {
    document.on("end", () => resolve());
    document.on("error", reject);
  });
  for (const [weight, file] of Object.entries(FONT_FILES)) document.registerFont(weight, file);
  svgToPdf(document, svg, 0, 0, {
    assumePt: true,
    fontCallback: (_family, bold) => (bold ? "bold" : "regular"),
    // What it cannot draw would be missing in silence.
    warningCallback: (warning) => {
      throw new Error(`The figure ${title} cannot be written as PDF: ${warning}`);
    },
  });
  document.end();
  await done;
  return Buffer.concat(pieces);
}

function sizeOf(svg: string): [number, number] {
  const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
  return [Number(width), Number(height)];
}
