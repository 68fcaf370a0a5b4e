import type { TextInput } from '@tessera/contracts';
import type { EncodeOptions, Encoding, Tokenizer } from '@tessera/serving';

const CLS = 1;
const SEP = 2;
/** Code points of a piece; longer words have several pieces. */
const PIECE = 4;

interface Token {
  readonly id: number;
  readonly text: string;
  readonly word: number | null;
  readonly side: 0 | 1 | null;
  readonly offsets: readonly [number, number];
}

/**
 * Words at white space, cut into pieces of four code points, as [CLS] a [SEP] b [SEP]; small enough to count
 * on paper.
 */
export function fakeTokenizer(maxLength = 512): Tokenizer {
  const encode = async (input: TextInput, options: EncodeOptions): Promise<readonly Encoding[]> => {
    const texts = typeof input === 'string' ? [input] : input;
    const sides = texts.map((text, side) => tokensOf(text, side as 0 | 1));
    const added = options.addSpecialTokens ? sides.length + 1 : 0;
    return splitSides(sides, options.maxLength - added, options).map((kept) =>
      toEncoding(options.addSpecialTokens ? withSpecials(kept) : kept.flat()),
    );
  };
  return {
    specials: { padId: 0, clsId: CLS, sepId: SEP, maskId: null, unkId: null, bosId: null, eosId: null },
    vocabularySize: 1000,
    maxLength,
    encode,
    encodeAll: (inputs, options) => Promise.all(inputs.map((input) => encode(input, options))),
    decode: async (ids) => ids.map((id) => (id < 10 ? '' : String.fromCodePoint(id - 10))).join(''),
    idToToken: (id) => String(id),
    tokenToId: (token) => Number(token),
  };
}

function tokensOf(text: string, side: 0 | 1): Token[] {
  const points = Array.from(text);
  const tokens: Token[] = [];
  let word = -1;
  for (let at = 0; at < points.length; ) {
    if (/\s/.test(points[at]!)) {
      at++;
      continue;
    }
    word++;
    while (at < points.length && !/\s/.test(points[at]!)) {
      let end = at;
      while (end < at + PIECE && end < points.length && !/\s/.test(points[end]!)) end++;
      const piece = points.slice(at, end).join('');
      tokens.push({ id: 10 + piece.codePointAt(0)!, text: piece, word, side, offsets: [at, end] });
      at = end;
    }
  }
  return tokens;
}

function splitSides(sides: readonly Token[][], room: number, options: EncodeOptions): readonly Token[][][] {
  const [first, second = []] = sides as [Token[], Token[]?];
  if (first.length + second.length <= room) return [[...sides]];
  if (options.truncation === 'only-second') {
    const size = room - first.length;
    if (options.stride === null) return [[first, second.slice(0, size)]];
    const windows: Token[][][] = [];
    for (let start = 0; ; start += size - options.stride) {
      windows.push([first, second.slice(start, start + size)]);
      if (start + size >= second.length) return windows;
    }
  }
  if (sides.length === 1) return [[first.slice(0, room)]];
  if (options.truncation === 'only-first') return [[first.slice(0, room - second.length), second]];
  const half = Math.floor(room / 2);
  const shorter = Math.min(first.length, second.length, half);
  return first.length > second.length
    ? [[first.slice(0, room - shorter), second.slice(0, shorter)]]
    : [[first.slice(0, shorter), second.slice(0, room - shorter)]];
}

function withSpecials(sides: readonly Token[][]): Token[] {
  const special = (id: number, text: string): Token => ({
    id,
    text,
    word: null,
    side: null,
    offsets: [0, 0],
  });
  return [special(CLS, '[CLS]'), ...sides.flatMap((side) => [...side, special(SEP, '[SEP]')])];
}

function toEncoding(tokens: readonly Token[]): Encoding {
  return {
    inputIds: tokens.map((t) => t.id),
    typeIds: tokens.map((t) => t.side ?? 0),
    tokens: tokens.map((t) => t.text),
    specialTokensMask: tokens.map((t) => (t.side === null ? 1 : 0)),
    wordIds: tokens.map((t) => t.word),
    sequenceIds: tokens.map((t) => t.side),
    offsets: tokens.map((t) => t.offsets),
  };
}
