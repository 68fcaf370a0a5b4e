import type { VocabularyEntry } from './context.ts';

export interface VocabularySource {
  readonly size: number;
  idToToken(id: number): string | null;
  /** Ids that are no text. */
  readonly specialIds: ReadonlySet<number>;
}

/**
 * Texts of a tokenizer's pieces, whatever its marks: "##" continues a word in WordPiece, "Ġ" begins one in
 * byte-level BPE, "▁" in SentencePiece. Entry i belongs to id i; null for special tokens and pieces that are
 * no whole characters.
 */
export function readVocabulary(source: VocabularySource): readonly (VocabularyEntry | null)[] {
  const tokens = Array.from({ length: source.size }, (_, id) =>
    source.specialIds.has(id) ? null : source.idToToken(id),
  );
  const marks = markOf(tokens);
  return tokens.map((token) => (token === null ? null : entryOf(token, marks)));
}

type Marks = 'bytes' | 'blocks' | 'continuations';

function markOf(tokens: readonly (string | null)[]): Marks {
  const count = (mark: string): number => tokens.filter((token) => token?.startsWith(mark)).length;
  const [bytes, blocks, continuations] = [count('Ġ'), count('▁'), count('##')];
  if (bytes > blocks && bytes > continuations) return 'bytes';
  return blocks > continuations ? 'blocks' : 'continuations';
}

function entryOf(token: string, marks: Marks): VocabularyEntry | null {
  if (marks === 'continuations') {
    const continues = token.startsWith('##');
    return entry(continues ? token.slice(2) : token, !continues);
  }
  if (marks === 'blocks') return entry(token.replace(/^▁+/u, ''), token.startsWith('▁'));
  const text = fromBytes(token);
  return text === null ? null : entry(text.replace(/^ +/u, ''), text.startsWith(' '));
}

function entry(text: string, startsWord: boolean): VocabularyEntry | null {
  return text === '' ? null : { text, startsWord };
}

/**
 * Byte-level BPE writes each byte as a printable character: those that print stand for themselves, the rest
 * from U+0100 on.
 */
const byteOf: ReadonlyMap<string, number> = (() => {
  const printable = (b: number): boolean => (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || b >= 174;
  const map = new Map<string, number>();
  let next = 256;
  for (let b = 0; b < 256; b += 1) {
    map.set(String.fromCodePoint(printable(b) ? b : next), b);
    if (!printable(b)) next += 1;
  }
  return map;
})();

function fromBytes(token: string): string | null {
  const bytes: number[] = [];
  for (const character of token) {
    const byte = byteOf.get(character);
    if (byte === undefined) return null;
    bytes.push(byte);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes));
  } catch {
    return null; // a piece of a character
  }
}
