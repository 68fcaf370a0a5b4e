import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from '../failure.ts';
import type { Terminal } from '../terminal.ts';
import { collectOption } from './options.ts';
import { readItems } from './read-items.ts';
import { toInputs } from './to-inputs.ts';
import { toRecords } from './to-records.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tessera-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const terminal = (stdin = '', isTTY = false): Terminal => ({
  stdin: Object.assign(Readable.from([stdin]), { isTTY }),
  stdout: { write: () => true },
  stderr: { write: () => true },
  env: {},
  cwd: () => folder,
});

const file = async (name: string, content: string): Promise<{ texts: string[]; file: string }> => {
  await writeFile(join(folder, name), content);
  return { texts: [], file: name };
};

describe('what a command works on', () => {
  it('is the texts of its arguments', async () => {
    expect(await readItems({ texts: ['a', 'b'] }, terminal('', true))).toEqual([
      { text: 'a' },
      { text: 'b' },
    ]);
  });

  it.each([
    ['a.csv', '\uFEFFtext,label\n"one, two",1\r\n"say ""hi""",0\n', ['one, two', 'say "hi"']],
    ['a.tsv', 'text\tlabel\none\t1\n', ['one']],
    ['a.jsonl', '"one"\n\n{"text": "two"}\n["three", "pair"]\n', ['one', 'two', 'three']],
    ['a.ndjson', '{"text": "one"}\n', ['one']],
    ['a.json', '[{"text": "one"}, "two"]', ['one', 'two']],
    ['a.txt', 'one\n\ntwo\r\n', ['one', 'two']],
    ['README', 'one\n', ['one']],
  ])('is read from %s', async (name, content, texts) => {
    const items = await readItems(await file(name, content), terminal());
    expect(items.map(({ text }) => text)).toEqual(texts);
  });

  it('is standard input where nothing is named', async () => {
    expect(await readItems({ texts: [] }, terminal('one\ntwo\n'))).toEqual([
      { text: 'one' },
      { text: 'two' },
    ]);
    expect(await readItems({ texts: [], file: '-', format: 'jsonl' }, terminal('{"text":"x"}\n'))).toEqual([
      { text: 'x' },
    ]);
  });

  it.each([
    ['nothing at all', { texts: [] }, true, /Nothing to work on/],
    ['texts and a file', { texts: ['a'], file: 'b' }, true, /not both/],
    [
      'a file that is not there',
      { texts: [], file: 'none.csv' },
      true,
      /none\.csv cannot be read \(ENOENT\)/,
    ],
  ] as const)('is told when it is %s', async (_, source, isTTY, text) => {
    await expect(readItems(source, terminal('', isTTY))).rejects.toThrow(text);
    await expect(readItems(source, terminal('', isTTY))).rejects.toBeInstanceOf(UsageError);
  });

  it('is told when it cannot be parsed', async () => {
    await expect(readItems(await file('bad.jsonl', '{"text": \n'), terminal())).rejects.toThrow(
      /bad\.jsonl is not jsonl/,
    );
    await expect(readItems(await file('bad.csv', 'a,b\n1\n'), terminal())).rejects.toThrow(
      /bad\.csv is not csv/,
    );
    await expect(readItems(await file('none.txt', '\n'), terminal())).rejects.toThrow(/holds nothing/);
  });
});

describe('items', () => {
  it('become texts and pairs by the usual names', () => {
    const items = [{ sentence: 'a' }, { premise: 'b', hypothesis: 'c' }, { text: 1 }];
    expect(toInputs(items, 'sequence-classification', {})).toEqual(['a', ['b', 'c'], '1']);
    expect(toInputs([{ question: 'q', context: 'c' }], 'question-answering', {})).toEqual([['q', 'c']]);
    expect(toInputs([{ text: 'q' }], 'question-answering', { pair: 'c' })).toEqual([['q', 'c']]);
    expect(toInputs([{ body: 'x', text: 'y' }], 'embedding', { column: 'body' })).toEqual(['x']);
  });

  it('are refused by number', () => {
    expect(() => toInputs([{ text: 'a' }, { body: 'b' }], 'embedding', {})).toThrow(
      /Item 2 has no text.*body/,
    );
    expect(() => toInputs([{ question: 'q' }], 'question-answering', {})).toThrow(/Item 1 has no context/);
  });

  it('become records with gold labels', () => {
    expect(toRecords([{ sentence: 'a', label: '1', id: '7' }], 'sequence-classification')).toEqual([
      { text: 'a', label: 1 },
    ]);
    expect(toRecords([{ question: 'q', context: 'c', answers: 'x' }], 'question-answering')).toEqual([
      { question: 'q', context: 'c', answers: ['x'] },
    ]);
    expect(() => toRecords([{ text: 'a' }], 'generation')).toThrow(/cannot be evaluated/);
    expect(() => toRecords([{ label: '1' }], 'sequence-classification')).toThrow(/Record 1 \(label\)/);
  });
});

describe('options', () => {
  it('are JSON where they parse as such', () => {
    const all = ['topk=3', 'normalize=true', 'mode=cls', 'a=b=c'].reduce<Readonly<Record<string, unknown>>>(
      (previous, text) => collectOption(text, previous),
      {},
    );
    expect(all).toEqual({ topk: 3, normalize: true, mode: 'cls', a: 'b=c' });
    expect(() => collectOption('topk', {})).toThrow(/NAME=VALUE/);
  });
});
