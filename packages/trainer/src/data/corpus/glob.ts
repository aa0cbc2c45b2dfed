/** Whether a path is a pattern rather than a name. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** The folder to search for a pattern: its leading parts that hold no wildcard ("a/b" of "a/b/x*.txt"). */
export function globRoot(pattern: string): string {
  const parts = pattern.split("/");
  const first = parts.findIndex(isGlob);
  const fixed = parts.slice(0, first < 0 ? parts.length - 1 : first).join("/");
  return fixed === "" ? (pattern.startsWith("/") ? "/" : ".") : fixed;
}

/**
 * A shell pattern as a regular expression over "/"-separated paths: `*` and `?` stay within one part, `**` spans parts,
 * `{a,b}` alternates, `[a-z]` is a set. Everything else is literal.
 */
export function globExpression(pattern: string): RegExp {
  let source = "";
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern.charAt(i);
    if (pattern.startsWith("**/", i)) {
      source += "(?:[^/]+/)*";
      i += 2;
    } else if (pattern.startsWith("**", i)) {
      source += ".*";
      i += 1;
    } else if (c === "*") source += "[^/]*";
    else if (c === "?") source += "[^/]";
    else if (c === "{") {
      source += "(?:";
      depth++;
    } else if (c === "}" && depth > 0) {
      source += ")";
      depth--;
    } else if (c === "," && depth > 0) source += "|";
    else if (c === "[" && pattern.indexOf("]", i + 1) > 0) {
      const end = pattern.indexOf("]", i + 1);
      const set = pattern
        .slice(i + 1, end)
        .replace(/\\/g, "\\\\")
        .replace(/^!/, "^");
      source += `[${set}]`;
      i = end;
    } else source += c.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  }
  return new RegExp(`^${source}${")".repeat(depth)}$`, "u");
}
