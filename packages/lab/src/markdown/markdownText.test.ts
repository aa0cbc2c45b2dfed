import fc from "fast-check";
import { expect, it } from "vitest";
import { markdownTable, markdownText } from "./markdownText.js";

it("makes no tag, link, emphasis, heading, list, table cell or mathematics of a text", () => {
  expect(markdownText('<script>alert("&amp;")</script>')).toBe('&#60;script&#62;alert("&#38;amp;")&#60;/script&#62;');
  expect(markdownText("[x](javascript:a) ![y](z)")).toBe("&#91;x&#93;(javascript:a) !&#91;y&#93;(z)");
  expect(markdownText("*a* _b_ `c` ~~d~~ a|b {e}")).toBe("\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~ a\\|b \\{e\\}");
  expect(markdownText("$x$ \\(y\\) \\[z\\]")).toBe("&#36;x&#36; &#92;(y&#92;) &#92;&#91;z&#92;&#93;");
  expect(["# a", "- a", "1. a", "2) a", "=== ", "\n\n+ a"].map(markdownText)).toEqual([
    "&#35; a",
    "&#45; a",
    "1&#46; a",
    "2&#41; a",
    "&#61;== ",
    "&#43; a",
  ]);
  expect(["1.25e12 FLOPs", "-2.5", "+3"].map(markdownText)).toEqual(["1.25e12 FLOPs", "-2.5", "+3"]);
  expect(["---", "-", "1.", "- - -"].map(markdownText)).toEqual(["&#45;--", "&#45;", "1&#46;", "&#45; - -"]);
  expect(markdownText("https://a.b www.c.d e@f.g")).toBe("https&#58;//a.b www&#46;c.d e&#64;f.g");
});

it("stays on its line and in its cell, whatever the text", () => {
  const signs = fc.string({ unit: fc.constantFrom(..."<>&[]|\\`*_$\n\r\u2028 a#-".match(/./gsu)!) });
  fc.assert(
    fc.property(signs, (name) => {
      const cell = markdownText(name);
      expect(cell).not.toMatch(/[<>[\]\n\r\u2028$]|(?<!\\)[|`*_]|&(?!#\d+;)/);
      expect(markdownTable(["a"], [[cell]]).split("\n")).toHaveLength(3);
    }),
  );
});
