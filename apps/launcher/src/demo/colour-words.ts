import pc from 'picocolors';

/** One word of an explained text: its place in code points and its signed weight. */
export interface WeightedWord {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

interface ExplainedToken extends WeightedWord {
  readonly part: string;
  readonly word: number | null;
}

/** Adds up the tokens of each word of one part of an explained input (explain_meta.instances[i].tokens). */
export function wordsOf(tokens: readonly ExplainedToken[], part: string): WeightedWord[] {
  const words = new Map<number, WeightedWord>();
  for (const token of tokens) {
    if (token.part !== part || token.word === null) continue;
    const word = words.get(token.word) ?? { start: token.start, end: token.end, value: 0 };
    words.set(token.word, {
      start: Math.min(word.start, token.start),
      end: Math.max(word.end, token.end),
      value: word.value + token.value,
    });
  }
  return [...words.values()];
}

/**
 * A text with its words in green (for the prediction) or red (against it), the strong ones reversed; without
 * colours the strongest words are marked by a plus or minus.
 */
export function colourWords(text: string, words: readonly WeightedWord[]): string {
  const points = [...text];
  const strongest = Math.max(...words.map((word) => Math.abs(word.value)), Number.MIN_VALUE);
  let shown = '';
  let at = 0;
  for (const { start, end, value } of [...words].sort((a, b) => a.start - b.start)) {
    shown += points.slice(at, start).join('');
    shown += paint(points.slice(start, end).join(''), value / strongest);
    at = end;
  }
  return shown + points.slice(at).join('');
}

/** `share` from -1 to 1 of the strongest word. */
function paint(word: string, share: number): string {
  const strength = Math.abs(share);
  if (strength < 0.15) return word;
  if (!pc.isColorSupported) return strength < 0.5 ? word : `${share > 0 ? '+' : '-'}${word}`;
  const colour = share > 0 ? pc.green : pc.red;
  return strength < 0.5 ? colour(word) : pc.inverse(colour(word));
}
