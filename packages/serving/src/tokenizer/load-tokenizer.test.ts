import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadTokenizer } from './load-tokenizer.ts';
import type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.ts';

const pathOf = (model: string): string => fileURLToPath(new URL(`../../../../${model}`, import.meta.url));
const cut = (maxLength: number, more: Partial<EncodeOptions> = {}): EncodeOptions => ({
  maxLength,
  truncation: 'longest-first',
  addSpecialTokens: true,
  stride: null,
  ...more,
});

let bert: Tokenizer;
let roberta: Tokenizer;
let folder = '';
beforeAll(async () => {
  bert = await loadTokenizer(pathOf('models/tessera/sentiment-en'));
  roberta = await loadTokenizer(pathOf('test/fixtures/models/roberta-question-answering'));
  folder = await mkdtemp(join(tmpdir(), 'tessera-tokenizer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const first = async (
  tokenizer: Tokenizer,
  text: string | [string, string],
  options = cut(512),
): Promise<Encoding> => (await tokenizer.encode(text, options))[0]!;

test('special tokens, limits and vocabulary are those of the folder', () => {
  expect(bert.specials).toEqual({
    padId: 0,
    clsId: 2,
    sepId: 3,
    maskId: 4,
    unkId: 1,
    bosId: null,
    eosId: null,
  });
  expect(bert.maxLength).toBe(512);
  expect(roberta.specials).toMatchObject({ padId: 1, clsId: 0, sepId: 2 });
  expect(roberta.maxLength).toBe(64);
  expect(bert.idToToken(2)).toBe('[CLS]');
  expect(bert.idToToken(-1)).toBeNull();
  expect(bert.tokenToId('no such token')).toBeNull();
});

test('ids turn back into text', async () => {
  const { inputIds } = await first(bert, 'a warm , funny film .');
  expect(await bert.decode(inputIds, { skipSpecialTokens: true })).toBe('a warm, funny film.');
});

test('a pair has sequence ids, word ids of each text and type ids', async () => {
  const encoding = await first(bert, ['two words', 'and three more']);
  expect(encoding.tokens).toEqual(['[CLS]', 'two', 'words', '[SEP]', 'and', 'three', 'more', '[SEP]']);
  expect(encoding.sequenceIds).toEqual([null, 0, 0, null, 1, 1, 1, null]);
  expect(encoding.wordIds).toEqual([null, 0, 1, null, 0, 1, 2, null]);
  expect(encoding.typeIds).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
  expect(encoding.specialTokensMask).toEqual([1, 0, 0, 1, 0, 0, 0, 1]);
});

describe('text that is not well formed', () => {
  const codePoints = (text: string, [start, end]: readonly [number, number]): string =>
    [...text].slice(start, end).join('');

  test('offsets are code points of the text as given, beside emoji and lone surrogates', async () => {
    const text = '😀 \ud83d film \udc00😀 good\0 end';
    const encoding = await first(bert, text);
    const named = encoding.tokens.map((token, t) => [token, codePoints(text, encoding.offsets[t]!)] as const);
    expect(named.filter(([token]) => ['film', 'good', 'end'].includes(token))).toEqual(
      [
        ['film', 'film'],
        ['good', 'good\0'],
        ['end', 'end'],
      ].map(([token, part]) => [token, expect.stringContaining(token === part ? part! : token!)]),
    );
  });

  test.each([['\ud800'], ['\0'], ['\udfff\ud800'], [''], ['\u202e\ufeff']])(
    '%j gives an encoding',
    async (text) => {
      for (const tokenizer of [bert, roberta]) {
        const encoding = await first(tokenizer, text);
        expect(encoding.inputIds.at(0)).toBe(tokenizer.specials.clsId);
        expect(encoding.inputIds.at(-1)).toBe(tokenizer.specials.sepId);
      }
    },
  );
});

describe('a text of megabytes', () => {
  const words = 'the quick brown fox jumps over the lazy dog. '.repeat(120_000);
  const prefix = words.slice(0, 20_000);

  test.each([
    ['one text', (text: string) => text],
    ['a pair', (text: string): [string, string] => ['a question ?', text]],
  ])('%s gives the same tokens as its beginning, without being read to its end', async (_, input) => {
    for (const tokenizer of [bert, roberta]) {
      const whole = await first(tokenizer, input(words), cut(64));
      const part = await first(tokenizer, input(prefix), cut(64));
      expect(whole.inputIds).toEqual(part.inputIds);
      expect(whole.offsets).toEqual(part.offsets);
      expect(whole.inputIds).toHaveLength(64);
    }
  });

  test('one word of megabytes is one unknown token, as WordPiece has it', async () => {
    expect((await first(bert, 'a'.repeat(2_000_000), cut(64))).tokens).toEqual(['[CLS]', '[UNK]', '[SEP]']);
  });

  test('windows of more than the limit are refused, not counted to the end', async () => {
    const options = cut(64, { truncation: 'only-first', stride: 0 });
    await expect(bert.encode(words, options)).rejects.toThrow(/over the limit of 1000/);
  });
});

describe('windows', () => {
  const context = 'Lisbon is the capital of Portugal and Oslo is the capital of Norway .';

  test('are those of the native tokenizer, offsets and word ids included', async () => {
    const options = cut(16, { truncation: 'only-second', stride: 3 });
    const windows = await bert.encode(['which capital ?', context], options);
    const all = await first(bert, ['which capital ?', context]);
    expect(windows.length).toBeGreaterThan(1);
    for (const window of windows) {
      expect(window.inputIds.length).toBeLessThanOrEqual(16);
      expect(window.tokens.slice(0, 5)).toEqual(all.tokens.slice(0, 5));
      const start = window.offsets[5]![0];
      const from = all.offsets.findIndex(([at], t) => at === start && all.sequenceIds[t] === 1);
      const inside = window.sequenceIds.filter((id) => id === 1).length;
      expect(window.offsets.slice(5, 5 + inside)).toEqual(all.offsets.slice(from, from + inside));
      expect(window.wordIds.slice(5, 5 + inside)).toEqual(all.wordIds.slice(from, from + inside));
    }
  });

  test('many encodings at once with different limits do not disturb each other', async () => {
    const limits = [8, 12, 16, 20, 64];
    const lengths = await Promise.all(
      limits.map(async (limit) => (await first(bert, context, cut(limit))).inputIds.length),
    );
    expect(lengths).toEqual([8, 12, 16, 19, 19]);
  });
});

describe('a folder that cannot be used', () => {
  const broken = async (name: string, file: string, text: string | null): Promise<string> => {
    const copy = join(folder, name);
    await cp(pathOf('test/fixtures/models/bert-embedding'), copy, { recursive: true });
    await (text === null ? rm(join(copy, file)) : writeFile(join(copy, file), text));
    return copy;
  };

  test.each([
    ['without tokenizer', 'tokenizer.json', null, 'MODEL_FILES_MISSING', /no tokenizer.json/],
    [
      'with a tokenizer that is none',
      'tokenizer.json',
      '{"model": 1}',
      'MODEL_LOAD_FAILED',
      /not a tokenizer file/,
    ],
    ['with bad JSON', 'config.json', '{"a": ', 'MODEL_LOAD_FAILED', /config.json is not valid JSON/],
    ['with a list for an object', 'tokenizer_config.json', '[]', 'MODEL_LOAD_FAILED', /not a JSON object/],
  ])('%s is an error that names the file', async (name, file, text, code, message) => {
    const failure = loadTokenizer(await broken(name, file, text), 'tiny');
    await expect(failure).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test('a vocabulary without what the tokenizer falls back to is named by the text that needs it', async () => {
    const source = pathOf('test/fixtures/models/bert-embedding');
    const file = JSON.parse(await readFile(join(source, 'tokenizer.json'), 'utf8'));
    file.model.vocab = {};
    const tokenizer = await loadTokenizer(
      await broken('with no words', 'tokenizer.json', JSON.stringify(file)),
      'tiny',
    );
    await expect(first(tokenizer, 'Leeds')).rejects.toMatchObject({
      code: 'MODEL_RUN_FAILED',
      message: expect.stringMatching(/"tiny".*tokenizer.json cannot take this text apart \(.*UNK/),
    });
  });

  test('truncation and padding written into tokenizer.json are ignored', async () => {
    const source = pathOf('test/fixtures/models/bert-embedding');
    const file = JSON.parse(await readFile(join(source, 'tokenizer.json'), 'utf8'));
    file.truncation = { direction: 'Right', max_length: 4, strategy: 'LongestFirst', stride: 0 };
    file.padding = {
      strategy: { Fixed: 64 },
      direction: 'Right',
      pad_to_multiple_of: null,
      pad_id: 0,
      pad_type_id: 0,
      pad_token: '[PAD]',
    };
    const tokenizer = await loadTokenizer(
      await broken('with truncation', 'tokenizer.json', JSON.stringify(file)),
    );
    const plain = await loadTokenizer(source);
    const text = 'The river flows through the city of Leeds.';
    expect((await first(tokenizer, text)).inputIds).toEqual((await first(plain, text)).inputIds);
  });
});
