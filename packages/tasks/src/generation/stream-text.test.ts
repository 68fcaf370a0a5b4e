import { expect, it } from 'vitest';
import { fakeTokenizer } from '../testing/fake-tokenizer.ts';
import { streamText, type TextPiece } from './stream-text.ts';

/** Ids are bytes; what is no whole character yet decodes to U+FFFD, as with any byte-level vocabulary. */
const bytes = {
  ...fakeTokenizer(),
  decode: async (ids: readonly number[]) => Buffer.from(ids).toString('utf8'),
};

async function stream(ids: Iterable<number>): Promise<TextPiece[]> {
  const pieces: TextPiece[] = [];
  const text = streamText(bytes, { skipSpecialTokens: true }, (piece) => pieces.push(piece));
  for (const id of ids) text.push(id);
  await text.end();
  return pieces;
}

it('holds the bytes of a character until it is whole', async () => {
  const pieces = await stream(Buffer.from('a😀é!', 'utf8'));
  expect(pieces.map(({ text }) => text)).toEqual(['a', '😀', 'é', '!']);
  expect(pieces.map(({ ids }) => ids.length)).toEqual([1, 4, 2, 1]);
});

it('gives at the end what never became whole', async () => {
  const pieces = await stream([0x61, 0xf0, 0x9f]);
  expect(pieces.map(({ text }) => text).join('')).toBe(Buffer.from([0x61, 0xf0, 0x9f]).toString('utf8'));
});
