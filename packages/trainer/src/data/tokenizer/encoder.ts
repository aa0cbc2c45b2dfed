import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { BYTE_CHARACTERS, byteCharacters, splitWords } from "./pretokens.js";

/** Token ids of a text. No special token is added. */
export type Encode = (text: string) => readonly number[];

/** Distinct words whose tokens are kept: English prose has some hundred thousand. */
const REMEMBERED_WORDS = 400_000;
const LONGEST_REMEMBERED = 64;

/** What decides whether a tokenizer is GPT-2's kind; everything else is the library's. */
const byteLevelSchema = z.looseObject({
  normalizer: z.null().optional(),
  pre_tokenizer: z.looseObject({
    type: z.literal("ByteLevel"),
    add_prefix_space: z.boolean().default(true),
    use_regex: z.literal(true).default(true),
  }),
  model: z.looseObject({
    type: z.literal("BPE"),
    dropout: z.null().optional(),
    continuing_subword_prefix: z.enum([""]).nullish(),
    end_of_word_suffix: z.enum([""]).nullish(),
  }),
});

/** What is used of the library's tokenizer (its own types, written for bundlers, come out as `any` in Node's ESM). */
export interface LibraryTokenizer {
  readonly model: {
    readonly tokens_to_ids: ReadonlyMap<string, number>;
    encode(words: readonly string[]): string[];
  };
  encode(text: string, options: { readonly add_special_tokens: boolean }): { readonly ids: readonly number[] };
  decode(ids: readonly number[]): string;
  token_to_id(token: string): number | undefined;
  get_vocab(): ReadonlyMap<string, number>;
  get_added_tokens_decoder(): ReadonlyMap<number, { readonly content: string }>;
}

/** The library's tokenizer for the text of a tokenizer.json. Throws what the library throws. */
export function openTokenizer(json: string): LibraryTokenizer {
  return new Tokenizer(JSON.parse(json), { clean_up_tokenization_spaces: false });
}

/**
 * Encodes as Hugging Face's tokenizer of that tokenizer.json does. For byte-level BPE the words are found here, once each:
 * the library (0.2.0) has JavaScript's idea of white space, and works out the bytes of every word again.
 */
export function createEncoder(json: string): Encode {
  const tokenizer = openTokenizer(json);
  const whole: Encode = (text) => tokenizer.encode(text, { add_special_tokens: false }).ids;
  const byteLevel = byteLevelSchema.safeParse(JSON.parse(json));
  const { model } = tokenizer;
  if (!byteLevel.success || !BYTE_CHARACTERS.every((c) => model.tokens_to_ids.has(c))) return whole;
  const added = [...tokenizer.get_added_tokens_decoder().values()].map((token) => token.content);
  const prefixed = byteLevel.data.pre_tokenizer.add_prefix_space;
  let remembered = new Map<string, readonly number[]>();
  const encodeWord: Encode = (word) => {
    const known = remembered.get(word);
    if (known !== undefined) return known;
    const ids = model.encode([byteCharacters(word)]).map((token) => model.tokens_to_ids.get(token)!);
    if (word.length <= LONGEST_REMEMBERED) {
      if (remembered.size >= REMEMBERED_WORDS) remembered = new Map();
      remembered.set(word, ids);
    }
    return ids;
  };
  return (text) => {
    // The names of special tokens, written out in a text, stand for those tokens: the library cuts there.
    if (added.some((content) => text.includes(content))) return whole(text);
    const ids: number[] = [];
    for (const word of splitWords(prefixed && !text.startsWith(" ") ? ` ${text}` : text)) {
      for (const id of encodeWord(word)) ids.push(id);
    }
    return ids;
  };
}
