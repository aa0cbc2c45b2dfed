/**
 * Byte-level BPE as GPT-2 has it (Radford et al. 2019, section 2.2): a text is cut into words, each word's UTF-8 bytes are
 * written as printable characters, and merges happen within a word only.
 */

/**
 * GPT-2's words. White space is Unicode's White_Space, as in Hugging Face's Rust code: JavaScript's \s takes U+FEFF for a
 * space and U+0085 for none.
 */
const WORDS =
  /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\p{White_Space}\p{L}\p{N}]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** The words of a text; joined, they are the text. */
export function splitWords(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** The character that stands for each byte: itself where it is printable Latin-1, else one from U+0100 on. */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

const encoder = new TextEncoder();

/** A word with its bytes as characters. */
export function byteCharacters(word: string): string {
  let characters = "";
  for (const byte of encoder.encode(word)) characters += BYTE_CHARACTERS[byte];
  return characters;
}
