import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutPlace } from "../corpus/cut.js";
import { createEncoder, openTokenizer } from "./encoder.js";
import { openEncoderPool } from "./encoderPool.js";
import { createTextsEncoder } from "./encodeTexts.js";
import { splitWords } from "./pretokens.js";
import { bpeTokenizer, readTokenizer, tokenBytes } from "./tokenizer.js";
import { tokenizerJson } from "./tokenizerJson.js";
import { BASE_VOCABULARY, END_OF_TEXT, trainBpe } from "./trainBpe.js";

const fixture = (name: string) => readFileSync(fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url)), "utf8");
const sample = fixture("sample.txt");
/** Texts that tokenizers disagree about, and what Hugging Face's own make of them (dev/compareTokenizers.mjs --write). */
const probes = fixture("probes.txt").trimEnd().split("\n====\n");
const golden = JSON.parse(fixture("golden.json")) as { kind: string; json: object; ids: number[][] }[];

function count(text: string): Map<string, number> {
  const words = new Map<string, number>();
  for (const word of splitWords(text)) words.set(word, (words.get(word) ?? 0) + 1);
  return words;
}
const trained = trainBpe(count(sample), 600);
const json = tokenizerJson(trained);
const anyText = fc.string({ unit: "binary", maxLength: 200 });
const prose = fc
  .array(
    fc.oneof(
      fc.constantFrom(" ", "\n", "the", "Würde", "人人", "citizens", "3.14", "don't"),
      fc.string({ unit: "grapheme", maxLength: 3 }),
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(""));

describe("Hugging Face's own tokenizers encode the same", () => {
  it.each(golden)("$kind", ({ json: stated, ids }) => {
    const encode = createEncoder(JSON.stringify(stated));
    expect(ids).toHaveLength(probes.length);
    for (const [i, text] of probes.entries()) expect([text, encode(text)]).toEqual([text, ids[i]]);
  });
});

describe("a vocabulary trained here", () => {
  it("is the one that Hugging Face's trainer makes of the same text, merge for merge", () => {
    const { model } = golden[0]!.json as { model: { vocab: Record<string, number>; merges: [string, string][] } };
    expect(golden[0]!.kind).toBe("gpt2");
    expect(trained.merges).toEqual(model.merges);
    expect(Object.fromEntries(trained.tokens.map((token, id) => [token, id]))).toEqual(model.vocab);
  });

  it("does not depend on the order of the words", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.string({ unit: fc.constantFrom("a", "b", "c"), minLength: 1 }), fc.integer({ min: 1, max: 5 })),
          { minLength: 5, maxLength: 30 },
        ),
        (entries) => {
          const words = new Map(entries);
          const reversed = new Map([...words].reverse());
          expect(trainBpe(reversed, 300)).toEqual(trainBpe(words, 300));
        },
      ),
      { numRuns: 50 },
    );
  });

  it("merges what a plain count of all pairs would, at every merge", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", "c", " "), minLength: 20, maxLength: 200 }), (text) => {
        const words = [...count(text)].map(([word, times]) => ({ symbols: [...word.replaceAll(" ", "Ġ")], times }));
        for (const [left, right] of trainBpe(count(text), BASE_VOCABULARY + 12).merges) {
          const pairs = new Map<string, number>();
          for (const { symbols, times } of words) {
            for (let i = 0; i + 1 < symbols.length; i++) {
              const key = `${symbols[i]} ${symbols[i + 1]}`;
              pairs.set(key, (pairs.get(key) ?? 0) + times);
            }
          }
          expect(pairs.get(`${left} ${right}`)).toBe(Math.max(...pairs.values()));
          for (const { symbols } of words) {
            for (let i = 0; i + 1 < symbols.length; i++) {
              if (symbols[i] === left && symbols[i + 1] === right) symbols.splice(i, 2, left + right);
            }
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it("gives back any text that it encodes", () => {
    const encode = createEncoder(json);
    const library = openTokenizer(json);
    for (const texts of [anyText, prose]) {
      fc.assert(
        fc.property(texts, (text) => {
          const whole = Buffer.from(text).toString();
          const ids = encode(whole);
          expect(ids.length === 0 ? "" : library.decode(ids)).toBe(whole);
          if (whole.length > 0) expect(Math.max(...ids)).toBeLessThan(trained.tokens.length);
        }),
        { numRuns: 300 },
      );
    }
  });

  it("stops where no pair occurs twice, and bytes remain", () => {
    expect(trainBpe(count("abc"), 1000).tokens).toHaveLength(BASE_VOCABULARY);
    expect(trainBpe(count("ab ab"), 1000).merges).toEqual([["a", "b"]]);
  });
});

describe("the encoder", () => {
  it("encodes a long text in pieces as it does the whole", () => {
    const encode = createEncoder(json);
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 400 }), fc.integer({ min: 0, max: 4000 }), (longest, start) => {
        // Latin prose: elsewhere a cut may fall inside a word, and costs a token there.
        let rest: Uint8Array = Buffer.from(sample.slice(start, start + 1500).replace(/[^\x20-\x7e]/g, "x"));
        const whole = encode(Buffer.from(rest).toString());
        const ids: number[] = [];
        while (rest.length > 0) {
          const end = rest.length > longest ? cutPlace(rest, longest) : rest.length;
          ids.push(...encode(Buffer.from(rest.subarray(0, end)).toString()));
          rest = rest.subarray(end);
        }
        expect(ids).toEqual(whole);
      }),
    );
  });

  it("agrees with the library where white space is not in question", () => {
    const library = openTokenizer(json);
    const encode = createEncoder(json);
    fc.assert(
      fc.property(prose, (text) => {
        fc.pre(!/[\u0085\ufeff]/.test(text));
        expect(encode(text)).toEqual(library.encode(text, { add_special_tokens: false }).ids);
      }),
    );
  });

  it("takes a special token that is written out for that token", () => {
    expect(createEncoder(json)(`a${END_OF_TEXT}b`)).toContain(0);
  });

  it("gives the same tokens in threads", async () => {
    const tokenizer = bpeTokenizer(trained);
    const pool = openEncoderPool(tokenizer, 2 ** 30);
    const alone = createTextsEncoder(json);
    const lots = Array.from({ length: 12 }, (_, i) => {
      const pieces = [sample.slice(0, 500 * i), probes.join(""), sample.slice(100)].map((text) => Buffer.from(text));
      return { bytes: Buffer.concat(pieces), lengths: pieces.map((piece) => piece.length) };
    });
    try {
      expect(pool.lots).toBeGreaterThan(1);
      expect(await Promise.all(lots.map((lot) => pool.encode(lot)))).toEqual(lots.map(alone));
    } finally {
      await pool.close();
    }
  });
});

describe("a tokenizer.json", () => {
  const folder = mkdtempSync(join(tmpdir(), "isoflop-tokenizer-"));
  const put = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const changed = (kind: string, change: (json: { model: object }) => void) => {
    const copy = structuredClone(golden.find((one) => one.kind === kind)!.json) as { model: object };
    change(copy);
    return JSON.stringify(copy);
  };

  it("says its vocabulary, what ends a text, and what is unknown", async () => {
    const of = async (kind: string) =>
      readTokenizer(
        put(
          "tokenizer.json",
          changed(kind, () => {}),
        ),
      );
    expect(await of("gpt2")).toMatchObject({ name: "tokenizer.json", vocabulary: 600, separator: 0 });
    expect((await of("gpt2")).unknown).toBeUndefined();
    expect(await of("llama2")).toMatchObject({ vocabulary: 600, separator: 2, unknown: 0 });
    expect(await of("unigram")).toMatchObject({ separator: 1, unknown: 2 });
    expect(await of("wordpiece")).toMatchObject({ separator: 2, unknown: 0 });
    const one = await of("llama2");
    const other = await readTokenizer(join(folder, "tokenizer.json"), "<s>");
    expect(other).toMatchObject({ separator: 1 });
    expect(other.hash).not.toBe(one.hash);
  });

  it("is refused with the reason where it cannot serve", async () => {
    const cases: [string, RegExp][] = [
      ["{", /not a Hugging Face tokenizer\.json/],
      ['{"a": 1}', /it describes no model/],
      [changed("gpt2", (it) => Object.assign(it.model, { dropout: 0.1 })), /drops merges at random/],
      [
        changed("unigram", (it) => Object.assign(it, { pre_tokenizer: { type: "Sunday" } })),
        /Unknown PreTokenizer type: Sunday/,
      ],
      [changed("gpt2", (it) => Object.assign(it, { pre_tokenizer: null })), /leaves out characters/],
    ];
    for (const [content, message] of cases) {
      await expect(readTokenizer(put("bad.json", content))).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(message),
      });
    }
    await expect(readTokenizer(join(folder, "none.json"))).rejects.toMatchObject({ code: "tokenizer-missing" });
    const path = put("end.json", JSON.stringify(golden[0]!.json).replaceAll(END_OF_TEXT, "<|stop|>"));
    await expect(readTokenizer(path)).rejects.toMatchObject({ code: "tokenizer-end-of-text" });
    expect(await readTokenizer(path, "<|stop|>")).toMatchObject({ separator: 0 });
  });

  it("takes as many bytes a token as its vocabulary needs", () => {
    expect([256, 257, 65_536, 65_537].map(tokenBytes)).toEqual([1, 2, 2, 4]);
  });
});
