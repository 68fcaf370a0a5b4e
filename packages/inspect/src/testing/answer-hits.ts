import { splitWords } from '@tessera/attack';
import type { ScoredWord, TaskResult } from '@tessera/contracts';

/** How explanations of answers rank the words at the answer, over the questions that got one. */
export interface AnswerHits {
  /** Questions with an answer. */
  readonly questions: number;
  /**
   * Share of them with a word at the answer among the first three words of question and paragraph together.
   */
  readonly hit: number;
  /** Mean share of the first three words that stand at the answer. */
  readonly precision: number;
  /** What three words drawn blindly would reach. */
  readonly chance: { readonly hit: number; readonly precision: number };
}

const top = 3;
/** Words on either side of the answer that count as being at it. */
const reach = 2;

/**
 * A word is at the answer when white space puts it inside the answer the model returned or within two words
 * of it; punctuation counts as the word it hangs on. Question words are ranked too and never count as hits.
 */
export function answerHits(
  { prediction, explanation }: TaskResult<'question-answering'>,
  pairs: readonly (readonly [string, string])[],
): AnswerHits {
  const each = pairs.flatMap(([, paragraph], i) => {
    const [best] = prediction!.answers[i]!;
    const { words } = explanation!.instances[i]!;
    if (best!.answer === '') return [];
    const near = wordsAt(paragraph, best!);
    const shown = placed(paragraph, words.context).map((word) => ({
      score: word.score,
      isNear: near.has(word.place),
    }));
    const asked = words.question.map(({ score }) => ({ score, isNear: false }));
    const all = [...shown, ...asked];
    const first = [...all].sort((a, b) => b.score - a.score).slice(0, top);
    return [
      {
        hits: first.filter(({ isNear }) => isNear).length,
        all: all.length,
        near: all.filter(({ isNear }) => isNear).length,
      },
    ];
  });
  const mean = (of: (one: (typeof each)[number]) => number): number =>
    each.reduce((sum, one) => sum + of(one), 0) / each.length;
  return {
    questions: each.length,
    hit: mean(({ hits }) => Number(hits > 0)),
    precision: mean(({ hits }) => hits / top),
    chance: {
      hit: mean(({ all, near }) => 1 - miss(all, near)),
      precision: mean(({ all, near }) => near / all),
    },
  };
}

/** Probability that three of `all` words, drawn without putting back, miss all `near`. */
function miss(all: number, near: number): number {
  return Array.from({ length: top }, (_, k) => (all - near - k) / (all - k)).reduce((a, b) => a * b, 1);
}

/** Places, among the white-space words of the paragraph, of those at the answer. */
function wordsAt(paragraph: string, { start, end }: { start: number; end: number }): ReadonlySet<number> {
  const { spans } = splitWords(paragraph);
  const inside = spans.flatMap(([a, b], i) => (a < end && b > start ? [i] : []));
  const [from, to] = [inside[0]! - reach, inside.at(-1)! + reach];
  return new Set(spans.map((_, i) => i).filter((i) => i >= from && i <= to));
}

/** The shown words, which are finer than white space, with the white-space word each is part of. */
function placed(
  paragraph: string,
  shown: readonly ScoredWord[],
): readonly { readonly place: number; readonly score: number }[] {
  const { words } = splitWords(paragraph);
  let place = 0;
  let used = 0;
  return shown.map(({ text, score }) => {
    const found = { place, score };
    used += text.length;
    if (used >= words[place]!.length) {
      place += 1;
      used = 0;
    }
    return found;
  });
}
