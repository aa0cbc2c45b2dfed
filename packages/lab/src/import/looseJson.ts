/** JSON as Python writes it: with NaN and Infinity, which JSON has no word for. */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/\b(NaN|Infinity)\b/.test(text)) throw error;
    // Strings are matched first, so that nothing within them changes.
    const readable = text.replaceAll(/"(?:[^"\\]|\\.)*"|(-?)\b(NaN|Infinity)\b/g, (found, sign, word) =>
      word === undefined ? found : `"\\u0000${sign}${word}"`,
    );
    return JSON.parse(readable, (_, value) =>
      typeof value === "string" && value.startsWith("\u0000") ? Number(value.slice(1)) : value,
    );
  }
}
