import { inflateSync } from "node:zlib";
import { createRandom } from "@isoflop/laws";
import { describe, expect, it } from "vitest";
import { reportFigures } from "../../report/figureFiles.js";
import { plantedReport } from "../../report/plantedReport.js";
import { FONT_FAMILY, outlineOf } from "./font.js";
import { pdfOf } from "./pdf.js";
import { pngOf } from "./png.js";

const figures = reportFigures(plantedReport(createRandom(1).uniform));
const options = { theme: "light", fontFamily: FONT_FAMILY } as const;

const wordsOf = (svg: string): string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) => text).filter((text) => text !== "");

/** Every text of a PDF, as a reader copies it: the codes of its fonts by their ToUnicode maps. */
function textsOf(pdf: Uint8Array): string[] {
  const file = Buffer.from(pdf).toString("latin1");
  const objects = new Map(
    [...file.matchAll(/(\d+) 0 obj\n(.*?)\nendobj/gs)].map(([, id = "", body = ""]) => [id, body]),
  );
  const streamOf = (id: string): string => {
    // Nothing but the line's end goes before "endstream": a compressed stream may itself end with a carriage return.
    const data = /stream\n(.*?)\nendstream/s.exec(objects.get(id) ?? "")?.[1] ?? "";
    return inflateSync(Buffer.from(data, "latin1")).toString("latin1");
  };
  const maps = new Map<string, string[]>();
  const fonts = [...file.matchAll(/\/Font <<(.*?)>>/gs)].flatMap(([, all = ""]) => [
    ...all.matchAll(/\/(F\d+) (\d+) 0 R/g),
  ]);
  for (const [, name = "", id = ""] of fonts) {
    const unicode = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id) ?? "")?.[1] ?? "";
    const ranges = [...streamOf(unicode).matchAll(/<([0-9a-f]{4})> <[0-9a-f]{4}> \[([^\]]*)\]/g)];
    const letters: string[] = [];
    for (const [, from = "", list = ""] of ranges) {
      for (const [i, [, hex = ""]] of [...list.matchAll(/<([0-9a-f ]*)>/g)].entries()) {
        const units = (hex.match(/[0-9a-f]{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16));
        letters[Number.parseInt(from, 16) + i] = String.fromCharCode(...units);
      }
    }
    maps.set(name, letters);
  }
  const contents = /\/Contents (\d+) 0 R/.exec(file)?.[1] ?? "";
  let font: string[] = [];
  const texts: string[] = [];
  for (const [, name, shown] of streamOf(contents).matchAll(/\/(F\d+) [\d.]+ Tf|<([0-9a-f]+)> Tj/g)) {
    if (name !== undefined) font = maps.get(name) ?? [];
    const codes = shown?.match(/.{4}/g) ?? [];
    if (shown !== undefined) texts.push(codes.map((code) => font[Number.parseInt(code, 16)] ?? "?").join(""));
  }
  return texts;
}

describe.each(figures)("$name", ({ name, plainSvg }) => {
  it("as PNG is twice its size in pixels, and not one colour", () => {
    const svg = plainSvg(options);
    const png = Buffer.from(pngOf(svg));
    const [, width, height] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg) ?? [];
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2 * Number(width), 2 * Number(height)]);
    expect(png.length).toBeGreaterThan(10_000);
  });

  it("as PDF has every text as text, each once, in a font of its own, and the same bytes every time", async () => {
    const svg = plainSvg({ ...options, outline: outlineOf });
    const made = new Date("2026-01-02T03:04:05Z");
    const pdf = await pdfOf(svg, name, made);
    const unescaped = wordsOf(svg).map((text) =>
      text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&"),
    );
    expect(textsOf(pdf).join("").replaceAll(" ", "")).toBe(unescaped.join("").replaceAll(" ", ""));
    expect(Buffer.from(pdf).toString("latin1")).toMatch(/\/FontFile2 \d+ 0 R/);
    expect(Buffer.compare(Buffer.from(await pdfOf(svg, name, made)), Buffer.from(pdf))).toBe(0);
  });
});

it("the font has every sign that figures write", () => {
  for (const sign of "×−–…∝≥≤·±⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂αβγδκλμσΔΦ∞ₙ") {
    const path = outlineOf(sign, false).path;
    expect(path.length, sign).toBeGreaterThan(10);
    expect(path, sign).not.toBe(outlineOf("\uffff", false).path);
  }
});
