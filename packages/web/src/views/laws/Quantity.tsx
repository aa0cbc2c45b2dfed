const GREEK: Readonly<Record<string, string>> = { alpha: "α", beta: "β", gamma: "γ" };

/** A quantity's name as formulas print it: alphaN is α with an index N, N_opt is N with opt, Cc is C with c. */
export function Quantity({ name }: { readonly name: string }) {
  const [, letter = name, index = ""] = /^(alpha|beta|gamma|[A-Za-z])_?([A-Za-z]*)$/.exec(name) ?? [];
  return (
    <i>
      {GREEK[letter] ?? letter}
      {index !== "" && <sub>{index}</sub>}
    </i>
  );
}
