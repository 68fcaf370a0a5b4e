import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { layConfig } from './lay-config.ts';
import type { TokenizerFile } from './tokenizer-file.ts';

const read = async (model: string): Promise<TokenizerFile> =>
  JSON.parse(
    await readFile(
      fileURLToPath(new URL(`../../../../../test/fixtures/models/${model}/tokenizer.json`, import.meta.url)),
      'utf8',
    ),
  );
const lay = (file: TokenizerFile, config: object, lowerCase = false) =>
  layConfig(file, { config: config as Record<string, unknown>, lowerCase });

describe('added_tokens_decoder', () => {
  test('takes an id from another text, and says so', async () => {
    const file = await read('bert-embedding');
    const vocab = file.model.vocab as Record<string, number>;
    const [old, id] = Object.entries(vocab).at(-1)!;
    const laid = lay(file, { added_tokens_decoder: { [id]: { content: '@user', special: false } } });
    expect(laid.warnings).toEqual([
      expect.stringContaining(`"@user" as token ${id}, which is ${JSON.stringify(old)}`),
    ]);
    expect((laid.file.model.vocab as Record<string, number>)['@user']).toBe(id);
    expect(laid.file.added_tokens.find(({ content }) => content === '@user')).toMatchObject({
      id,
      special: false,
    });
  });

  test('that gives a known token another id is refused by name', async () => {
    const file = await read('bert-embedding');
    expect(() => lay(file, { added_tokens_decoder: { 7: '[PAD]' } })).toThrow(
      /"\[PAD\]" as token 7, tokenizer\.json as 0/,
    );
  });

  test('that takes a piece which merges need is refused by name', async () => {
    const file = await read('roberta-embedding');
    const { vocab } = file.model;
    const [left, right] = (file.model['merges'] as [string, string][])[0]!;
    const id = (vocab as Record<string, number>)[`${left}${right}`]!;
    expect(() => lay(file, { added_tokens_decoder: { [id]: '@user' } })).toThrow(/"@user"/);
  });
});

test('do_lower_case of sentence_bert_config.json puts a lower-casing in front, once', async () => {
  const file = await read('roberta-embedding');
  const laid = lay(file, {}, true).file;
  expect(laid.normalizer).toEqual({ type: 'Sequence', normalizers: [{ type: 'Lowercase' }] });
  expect(lay(laid, {}, true).file.normalizer).toEqual(laid.normalizer);
  expect(lay(await read('bert-embedding'), {}, true).file.normalizer).toMatchObject({
    type: 'BertNormalizer',
  });
});

test('keys that change tokens and are not obeyed are warned of', async () => {
  const file = await read('bert-embedding');
  const asked = { truncation_side: 'left', split_special_tokens: true, do_basic_tokenize: false };
  expect(lay(file, asked).warnings).toHaveLength(3);
  expect(lay(file, { truncation_side: 'right', do_basic_tokenize: true }).warnings).toEqual([]);
});
