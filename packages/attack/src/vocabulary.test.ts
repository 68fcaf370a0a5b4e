import { expect, it } from 'vitest';
import { readVocabulary } from './vocabulary.ts';

const read = (tokens: (string | null)[]) =>
  readVocabulary({ size: tokens.length, idToToken: (id) => tokens[id] ?? null, specialIds: new Set([0]) });

it('reads WordPiece', () => {
  expect(read(['[PAD]', 'good', '##ness', null])).toEqual([
    null,
    { text: 'good', startsWord: true },
    { text: 'ness', startsWord: false },
    null,
  ]);
});

it('reads byte-level BPE, whole characters only', () => {
  expect(read(['<s>', 'Ġgood', 'ness', 'ĠÃ©', 'ðŁĺ', 'Ġ'])).toEqual([
    null,
    { text: 'good', startsWord: true },
    { text: 'ness', startsWord: false },
    { text: 'é', startsWord: true },
    null,
    null,
  ]);
});

it('reads SentencePiece', () => {
  expect(read(['<s>', '▁good', 'ness', '▁'])).toEqual([
    null,
    { text: 'good', startsWord: true },
    { text: 'ness', startsWord: false },
    null,
  ]);
});
