/** Signs that mean something to TeX, or something else than themselves in running text. */
const SIGNS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  $: "\\$",
  "&": "\\&",
  "#": "\\#",
  _: "\\_",
  "%": "\\%",
  "^": "\\textasciicircum{}",
  "~": "\\textasciitilde{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "`": "\\textasciigrave{}",
  // Two or three would become a dash; at the start of a row a bracket or a star would belong to the line break before it.
  "-": "{-}",
  "[": "{[}",
  "]": "{]}",
  "*": "{*}",
  "×": "$\\times$",
  "−": "$-$",
  "–": "{--}",
  "∝": "$\\propto$",
  "≥": "$\\geq$",
  "≤": "$\\leq$",
  "±": "$\\pm$",
  "…": "\\ldots{}",
};

const LAST_LATIN = 0x17f;

/**
 * Text that LaTeX prints and does not execute, whatever is in it. Letters beyond Latin, which pdflatex has no fonts for, are
 * named by their code: [U+6C49].
 */
export function latexText(text: string): string {
  return [...text]
    .map((sign) => {
      const code = sign.codePointAt(0)!;
      if (Object.hasOwn(SIGNS, sign)) return SIGNS[sign];
      // Control signs, line ends among them: an empty line would end the table's cell.
      if (/\p{Cc}|\p{Zl}|\p{Zp}/u.test(sign)) return " ";
      return code <= LAST_LATIN ? sign : `{[}U+${code.toString(16).toUpperCase().padStart(4, "0")}{]}`;
    })
    .join("");
}

/** A number in mathematics: 0.3412, 1.23 × 10⁷. */
export function latexNumber(value: number, digits = 4): string {
  if (value === Number.POSITIVE_INFINITY) return "$\\infty$";
  if (!Number.isFinite(value)) return "--";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-3)) {
    const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
    return `$${Number(mantissa)}\\times 10^{${Number(exponent)}}$`;
  }
  return `$${Number(value.toPrecision(digits))}$`;
}

const GREEK = ["alpha", "beta", "gamma", "delta", "kappa", "lambda"];

/** A parameter as the papers write it: alphaC is α_C, kN k_N, RD R_D. */
export function latexSymbol(parameter: string): string {
  const greek = GREEK.find((name) => parameter.startsWith(name));
  const [head, tail] =
    greek !== undefined ? [`\\${greek}`, parameter.slice(greek.length)] : [parameter.slice(0, 1), parameter.slice(1)];
  if (!/^[A-Za-z]$/.test(head) && greek === undefined) return latexText(parameter);
  return `$${head}${tail === "" ? "" : `_{\\mathrm{${latexText(tail)}}}`}$`;
}
