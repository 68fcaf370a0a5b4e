import type { Tokenizer } from '@tessera/serving';

/**
 * The bytes an id adds to a text; none for special tokens. Works for byte-level, SentencePiece and WordPiece
 * vocabularies.
 */
export function pieceBytes(tokenizer: Tokenizer): (id: number) => Uint8Array {
  const isByteLevel = tokenizer.tokenToId('Ġ') !== null;
  const specials = new Set(Object.values(tokenizer.specials));
  const known = new Map<number, Uint8Array>();
  return (id) => {
    const bytes = known.get(id) ?? read(specials.has(id) ? null : tokenizer.idToToken(id), isByteLevel);
    known.set(id, bytes);
    return bytes;
  };
}

function read(token: string | null, isByteLevel: boolean): Uint8Array {
  if (token === null) return new Uint8Array(0);
  if (isByteLevel && Array.from(token).every((char) => byteOfChar.has(char)))
    return Uint8Array.from(Array.from(token), (char) => byteOfChar.get(char)!);
  const byte = /^<0x([0-9a-f]{2})>$/i.exec(token);
  if (byte) return Uint8Array.of(Number.parseInt(byte[1]!, 16));
  if (token.startsWith('##')) return Buffer.from(token.slice(2), 'utf8');
  return Buffer.from(token.replaceAll('▁', ' '), 'utf8');
}

/**
 * GPT-2's alphabet: printable Latin-1 bytes stand for themselves, the others for the characters from U+0100
 * on.
 */
const byteOfChar: ReadonlyMap<string, number> = (() => {
  const map = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    map.set(String.fromCodePoint(isPrintable ? byte : next++), byte);
  }
  return map;
})();
