import fc from "fast-check";
import { expect, it } from "vitest";
import { latexNumber, latexSymbol, latexText } from "./latexText.js";

it("prints a name that would read a file, and every sign that TeX knows, as text", () => {
  expect(latexText("\\input{/etc/passwd}")).toBe("\\textbackslash{}input\\{/etc/passwd\\}");
  expect(latexText('50%_of $5 & #1 ~^ <a|b> `x` "y"')).toBe(
    "50\\%\\_of \\$5 \\& \\#1 \\textasciitilde{}\\textasciicircum{} \\textless{}a\\textbar{}b\\textgreater{} \\textasciigrave{}x\\textasciigrave{} \\textquotedbl{}y\\textquotedbl{}",
  );
  expect(latexText("^^5cinput")).toBe("\\textasciicircum{}\\textasciicircum{}5cinput");
  expect(latexText("a\n\nb\tc\u2028d")).toBe("a  b c d");
  expect(latexText("3×10 漢")).toBe("3$\\times$10 {[}U+6C49{]}".replace("6C49", "6F22"));
});

it("leaves no sign of the text active, whatever the text", () => {
  const signs = fc.string({ unit: fc.constantFrom(...'\\{}$&#_%^~<>|[]*`"-\n\u0000aé漢🙂'.match(/./gsu)!) });
  fc.assert(
    fc.property(signs, (name) => {
      // What escapes itself is taken away: what remains must hold nothing that TeX acts on.
      const rest = latexText(name)
        .replaceAll(/\\text[a-z]+\{\}|\\ldots\{\}|\\[{}$&#_%]/g, "")
        .replaceAll(/\{(-|--|\[|\]|\*)\}/g, "")
        .replaceAll(/\$(\\times|-|\\propto|\\geq|\\leq|\\pm)\$/g, "");
      expect(rest).not.toMatch(/[\\{}$&#_%^~<>|[\]*`"\n]|-/);
    }),
  );
});

it("writes numbers and symbols as mathematics", () => {
  expect([0, 0.34123, -12.5, 1.2346e12, 3.2e-7].map((value) => latexNumber(value))).toEqual([
    "$0$",
    "$0.3412$",
    "$-12.5$",
    "$1.235\\times 10^{12}$",
    "$3.2\\times 10^{-7}$",
  ]);
  expect(latexNumber(Number.POSITIVE_INFINITY)).toBe("$\\infty$");
  expect(latexNumber(Number.NaN)).toBe("--");
  expect(["E", "alpha", "alphaC", "kN", "RD", "Cc", "a", "x_1", "1"].map(latexSymbol)).toEqual([
    "$E$",
    "$\\alpha$",
    "$\\alpha_{\\mathrm{C}}$",
    "$k_{\\mathrm{N}}$",
    "$R_{\\mathrm{D}}$",
    "$C_{\\mathrm{c}}$",
    "$a$",
    "$x_{\\mathrm{\\_1}}$",
    "1",
  ]);
});
