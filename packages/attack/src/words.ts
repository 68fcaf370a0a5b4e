/**
 * A text as its white-space words and what stands between them: gaps[i] before word i, the last gap after
 * all.
 */
export interface SplitText {
  readonly words: readonly string[];
  readonly gaps: readonly string[];
  /** [start, end) of each word in code points. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** Splits as python's str.split() does, so that indices mean the same to SQuARE's front-end. */
export function splitWords(text: string): SplitText {
  const words: string[] = [];
  const gaps: string[] = [];
  const spans: [number, number][] = [];
  let at = 0;
  let points = 0;
  for (const match of text.matchAll(/\S+/gu)) {
    const gap = text.slice(at, match.index);
    gaps.push(gap);
    points += [...gap].length;
    const length = [...match[0]].length;
    words.push(match[0]);
    spans.push([points, points + length]);
    points += length;
    at = match.index + match[0].length;
  }
  return { words, gaps: [...gaps, text.slice(at)], spans };
}

/** The text with other words in the same places; null takes a word away with the gap before it. */
export function joinWords(split: SplitText, words: readonly (string | null)[]): string {
  let text = '';
  words.forEach((word, i) => {
    if (word === null) return;
    text += text === '' && i > 0 ? word : `${split.gaps[i]}${word}`;
  });
  return text + split.gaps.at(-1)!;
}

/** Indices of the words that overlap a span of code points. */
export function wordsInSpan(split: SplitText, start: number, end: number): readonly number[] {
  return split.spans.flatMap(([from, to], i) => (from < end && to > start ? [i] : []));
}

export type Casing = 'lower' | 'capitalised' | 'upper' | 'mixed' | 'none';

export function casingOf(word: string): Casing {
  const lower = word.toLowerCase();
  const upper = word.toUpperCase();
  if (lower === upper) return 'none';
  if (word === lower) return 'lower';
  const [first = ''] = [...word];
  const rest = word.slice(first.length);
  if (first === first.toUpperCase() && rest === rest.toLowerCase()) return 'capitalised';
  return word === upper ? 'upper' : 'mixed';
}

/** The word in the casing of another; mixed casing is left alone. */
export function inCasingOf(word: string, like: string): string {
  const casing = casingOf(like);
  if (casing === 'upper') return word.toUpperCase();
  if (casing !== 'capitalised') return word;
  const [first = ''] = [...word];
  return first.toUpperCase() + word.slice(first.length);
}
