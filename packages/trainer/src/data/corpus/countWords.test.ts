import { expect, it } from "vitest";
import { countWords } from "./countWords.js";
import type { Part } from "./parts.js";
import { TRAIN, VALIDATION } from "./split.js";

const part = (n: number, side: Part["side"]): Part => ({
  side,
  begins: true,
  bytes: Buffer.from(`${String(n).padStart(3, "0")} word`),
  place: `${n}`,
});

async function* parts(): AsyncGenerator<Part[]> {
  for (let n = 0; n < 100; n++) yield [part(n, TRAIN), part(n + 500, VALIDATION)];
}

it("counts the words of the training text only, all of them where there is not too much", async () => {
  const words = await countWords(parts(), 800);
  expect(words.get(" word")).toBe(100);
  expect([words.get("007"), words.get("507")]).toEqual([1, undefined]);
});

it("spreads what it counts evenly over more than enough text", async () => {
  const words = await countWords(parts(), 800, 200);
  expect(words.get(" word")).toBe(25);
  const counted = [...words.keys()].filter((word) => /^\d/.test(word)).map(Number);
  for (const [i, n] of counted.entries()) expect(n).toBe(4 * i + 3);
});
