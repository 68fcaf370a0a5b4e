/**
 * A tokenized text or pair as explanations see it: an Encoding of packages/serving is one. Arrays have one
 * entry per token.
 */
export interface TokenSequence {
  readonly inputIds: readonly number[];
  readonly typeIds: readonly number[];
  readonly tokens: readonly string[];
  readonly specialTokensMask: readonly (0 | 1)[];
  /** Index of the pre-tokenizer word in its text; null for special tokens. */
  readonly wordIds: readonly (number | null)[];
  /** Which text of the pair; null for special tokens. */
  readonly sequenceIds: readonly (0 | 1 | null)[];
  /** [start, end) in code points of the token's text. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
}

/** Texts of one input, in the order they were given. */
export type Texts = readonly [string] | readonly [string, string];

/** A word of the user's text and the tokens that make it up. */
export interface Word {
  /** Which text. */
  readonly sequence: 0 | 1;
  /** [start, end) in code points of that text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Positions in the token sequence, ascending. */
  readonly tokens: readonly number[];
}

/**
 * Joins tokens to words: slices of the text that the tokenizer's pre-tokenizer kept together and that hold no
 * white space. Works on offsets alone, so WordPiece, byte-level BPE and SentencePiece are alike; a token of
 * nothing but white space belongs to the word after it. Special tokens are in no word.
 */
export function wordsOf(sequence: TokenSequence, texts: Texts): readonly Word[] {
  const points = texts.map((text) => [...text]);
  const words: { sequence: 0 | 1; start: number; end: number; id: number | null; tokens: number[] }[] = [];
  let blank: number[] = [];
  sequence.tokens.forEach((_, t) => {
    const part = sequence.sequenceIds[t];
    const text = part === null || part === undefined ? undefined : points[part];
    if (sequence.specialTokensMask[t] || !text || part === null || part === undefined) {
      blank = [];
      return;
    }
    const span = trimmed(text, sequence.offsets[t]!);
    if (!span) {
      blank.push(t);
      return;
    }
    const id = sequence.wordIds[t] ?? null;
    const last = words.at(-1);
    const joins =
      last !== undefined && last.sequence === part && last.id === id && !hasSpace(text, last.end, span[0]);
    if (joins) {
      last.end = Math.max(last.end, span[1]);
      last.tokens.push(...blank, t);
    } else {
      words.push({ sequence: part, start: span[0], end: span[1], id, tokens: [...blank, t] });
    }
    blank = [];
  });
  return words.map(({ id: _, ...word }) => ({
    ...word,
    text: points[word.sequence]!.slice(word.start, word.end).join(''),
  }));
}

function trimmed(
  text: readonly string[],
  [from, to]: readonly [number, number],
): readonly [number, number] | null {
  let start = from;
  let end = to;
  while (start < end && isSpace(text[start]!)) start += 1;
  while (end > start && isSpace(text[end - 1]!)) end -= 1;
  return start < end ? [start, end] : null;
}

function hasSpace(text: readonly string[], from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if (isSpace(text[i]!)) return true;
  return false;
}

function isSpace(character: string): boolean {
  return /\s/u.test(character);
}
