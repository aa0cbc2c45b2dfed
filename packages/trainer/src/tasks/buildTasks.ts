// Tasks made of held-out text: lines for a task file, the same for the same text and seed.
import { IsoflopError, type Random } from "@isoflop/laws";

/** What an answer may be at most. */
export interface AnswerLimit {
  /** Whether an answer leaves the model room for its prompt; by default all do. */
  readonly fits?: (answer: string) => boolean;
}

export interface ContinuationOptions extends AnswerLimit {
  /** Questions. */
  readonly count: number;
  /** False continuations beside the true one. */
  readonly distractors?: number;
  readonly promptWords?: number;
  /** Fewer where so many do not fit. */
  readonly continuationWords?: number;
}

/**
 * Which of some passages goes on from this one? The others are what other prompts go on with, from passages that overlap with
 * none of the rest, so that style and subject tell, and nothing else does. Errors: too-little-text.
 */
export function continuationTask(documents: readonly string[], random: Random, options: ContinuationOptions) {
  const { count, distractors = 3, promptWords = 24, continuationWords = 8, fits = () => true } = options;
  const passages = documents.flatMap((document) => {
    const words = wordsOf(document);
    const length = promptWords + continuationWords;
    return Array.from({ length: Math.floor(words.length / length) }, (_, i) => {
      const [first, seam] = [words[i * length]!, words[i * length + promptWords]!];
      const upTo = (count: number) => {
        const last = words[i * length + promptWords + count - 1]!;
        return ` ${document.slice(seam.start, last.end)}`;
      };
      const prompt = document.slice(first.start, words[i * length + promptWords - 1]!.end);
      const continuation = descending(continuationWords)
        .map(upTo)
        .find((answer) => fits(answer));
      return continuation === undefined ? [] : [{ prompt, continuation }];
    }).flat();
  });
  const distinct = [...new Map(passages.map((passage) => [passage.continuation, passage])).values()];
  requireEnough(distinct.length, Math.max(count, distractors + 1), "passages");
  return shuffled(distinct, random)
    .slice(0, count)
    .map(({ prompt, continuation }) => {
      const others = new Set<string>();
      while (others.size < distractors) {
        const other = distinct[random.integer(distinct.length)]!.continuation;
        if (other !== continuation) others.add(other);
      }
      const answer = random.integer(distractors + 1);
      const choices = [...others];
      choices.splice(answer, 0, continuation);
      return { prompt, choices, answer };
    });
}

export interface LastWordOptions extends AnswerLimit {
  /** Questions. */
  readonly count: number;
  /** Sentences before the one whose last word is asked for. */
  readonly sentencesBefore?: number;
}

/**
 * With which word does the last sentence of a passage end? As LAMBADA (Paperno et al. 2016, arXiv:1606.06031), without its
 * human filter: some of these words nobody could guess. Passages do not overlap. Errors: too-little-text.
 */
export function lastWordTask(documents: readonly string[], random: Random, options: LastWordOptions) {
  const { count, sentencesBefore = 2, fits = () => true } = options;
  const length = sentencesBefore + 1;
  const passages = documents.flatMap((document) => {
    const sentences = [...document.matchAll(/\S[^.!?]*[.!?]+/g)];
    return Array.from({ length: Math.floor(sentences.length / length) }, (_, i) => {
      const [first, last] = [sentences[i * length]!, sentences[(i + 1) * length - 1]!];
      return document.slice(first.index, last.index + last[0].length);
    });
  });
  const questions = passages.flatMap((passage) => {
    // A word of letters, in a sentence that has some before it; its full stop is not asked for.
    const parts = /^(.*\S\s+\S+\s+\S+)\s+(\p{L}[\p{L}'’-]+)[.!?]+$/su.exec(passage);
    return parts && fits(` ${parts[2]}`) ? [{ prompt: parts[1]!, last: ` ${parts[2]}` }] : [];
  });
  requireEnough(questions.length, count, "passages that end in a word");
  return shuffled(questions, random).slice(0, count);
}

const descending = (from: number): number[] => Array.from({ length: from }, (_, i) => from - i);

/** Words and their places, but for the first and the last, which a cut may have gone through. */
function wordsOf(document: string): { readonly start: number; readonly end: number }[] {
  return [...document.matchAll(/\S+/g)]
    .slice(1, -1)
    .map(({ 0: word, index }) => ({ start: index, end: index + word.length }));
}

function requireEnough(found: number, wanted: number, what: string): void {
  if (found >= wanted) return;
  throw new IsoflopError({
    code: "too-little-text",
    message: `the held-out text has ${found} ${what}, ${wanted} are needed`,
    hint: "ask for fewer questions, or hold out more text",
  });
}

/** Fisher & Yates. */
function shuffled<T>(items: readonly T[], random: Random): T[] {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
