import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLog, systemClock } from '@tessera/base';
import type { PredictedResult } from '@tessera/contracts';
import { type OpenRuntime, openRuntime } from '@tessera/serving';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HeadContext } from '../head.ts';
import { fakeContext } from '../testing/fake-runtime.ts';
import { payloadOf } from '../testing/payload.ts';
import { generation } from './head.ts';

const models = fileURLToPath(new URL('../../../../', import.meta.url));
const folders = {
  causal: 'models/tessera/captions-en',
  pair: 'models/tessera/normalize-en',
} as const;
const runtimes = {} as Record<keyof typeof folders, OpenRuntime>;

beforeAll(async () => {
  for (const [kind, folder] of Object.entries(folders))
    runtimes[kind as keyof typeof folders] = await openRuntime({
      identifier: folder,
      folder: join(models, folder),
      cacheFolder: await mkdtemp(join(tmpdir(), 'tessera-generation-')),
      threads: 1,
      gpu: null,
      requireGpu: false,
      quantised: false,
      batchSize: 8,
      clock: systemClock,
      log: silentLog,
    });
});
afterAll(() => Promise.all(Object.values(runtimes).map((runtime) => runtime.close())));

function write(
  kind: keyof typeof folders,
  input: string[],
  options: Record<string, unknown> = {},
  more: Partial<HeadContext> = {},
): Promise<PredictedResult<'generation'>> {
  return generation.run(payloadOf('generation', input, { options }), {
    runtime: runtimes[kind],
    tag: 'task-1',
    signal: new AbortController().signal,
    batchSize: 8,
    measure: () => undefined,
    monotonicMs: () => 0,
    reportProgress: () => undefined,
    ...more,
  });
}
const textsOf = (result: PredictedResult<'generation'>): string[][] =>
  result.prediction.generatedTexts.map((texts) => [...texts]);

describe('the reply', () => {
  it('nests texts by input and sequence, and echoes the prompt of a causal model', async () => {
    const result = await write('causal', ['A little girl', 'Two men'], {
      num_beams: 3,
      num_return_sequences: 2,
      output_scores: true,
      max_new_tokens: 6,
    });
    const texts = textsOf(result);
    expect(texts.map((own) => own.length)).toEqual([2, 2]);
    expect(texts[0]!.every((text) => text.startsWith('A little girl '))).toBe(true);
    expect(result.prediction.finishReasons).toEqual([
      ['length', 'length'],
      ['length', 'length'],
    ]);
    const prompt = result.prediction.inputLengths[1]!;
    expect(result.tensors['sequences.1']).toMatchObject({ dtype: 'int64', shape: [2, prompt + 6] });
    expect(result.tensors['sequences_scores.0']!.shape).toEqual([2]);
    expect(result.tensors['scores.1.5']!.shape).toEqual([3, 4096]);
    expect(result.tensors['scores.1.6']).toBeUndefined();
  });

  it('of an encoder-decoder begins with its start token', async () => {
    const result = await write('pair', ['the third of March, nineteen ninety-eight', 'noon']);
    expect(textsOf(result)).toEqual([['1998-03-03'], ['12:00']]);
    expect(result.tensors['sequences.0']!.data[0]).toBe(0n);
    expect(result.prediction.finishReasons).toEqual([['eos_token'], ['eos_token']]);
  });

  it('ends at a stop string and keeps it', async () => {
    const result = await write('causal', ['A little girl'], { stop_strings: [' a'] });
    expect(textsOf(result)[0]![0]).toMatch(/ a\w*$/);
    expect(result.prediction.finishReasons).toEqual([['stop_sequence']]);
  });
});

describe('samples', () => {
  const options = { do_sample: true, top_k: 0, max_new_tokens: 8, seed: 7 };

  it('are the same for the same seed, alone or in company', async () => {
    const both = textsOf(await write('causal', ['A dog', 'A dog'], options));
    const [first] = textsOf(await write('causal', ['A dog'], options));
    const [second] = textsOf(await write('causal', ['A dog'], { ...options, seed: 8 }));
    expect(both).toEqual([first, second]);
    expect(first).not.toEqual(second);
  });

  it('without a seed hang on the task, and the reply says what draws them again', async () => {
    const { seed: _, ...unseeded } = options;
    const result = await write('causal', ['A dog'], unseeded);
    const again = await write('causal', ['A dog'], { ...unseeded, seed: result.prediction.seed });
    const other = await write('causal', ['A dog'], unseeded, { tag: 'task-2' });
    expect(textsOf(again)).toEqual(textsOf(result));
    expect(textsOf(other)).not.toEqual(textsOf(result));
  });

  it('of one prompt differ', async () => {
    const [texts] = textsOf(await write('causal', ['A dog'], { ...options, num_return_sequences: 4 }));
    expect(new Set(texts).size).toBe(4);
  });

  it('of beams are drawn without repeats', async () => {
    const [texts] = textsOf(
      await write('causal', ['A dog'], {
        ...options,
        num_beams: 4,
        num_return_sequences: 4,
        max_new_tokens: 4,
      }),
    );
    expect(new Set(texts).size).toBe(4);
  });
});

it('tells the text while it is written', async () => {
  const told: string[] = [];
  const result = await write(
    'causal',
    ['A little girl'],
    { max_new_tokens: 12 },
    { reportToken: ({ text }) => void told.push(text) },
  );
  expect(told.length).toBeGreaterThan(6);
  expect(`A little girl${told.join('')}`).toBe(textsOf(result)[0]![0]);
});

it('stops when the task is cancelled', async () => {
  const controller = new AbortController();
  let told = 0;
  const writing = write(
    'causal',
    ['Two men'],
    { max_new_tokens: 200, min_new_tokens: 200 },
    { signal: controller.signal, reportToken: () => void (++told === 3 && controller.abort()) },
  );
  await expect(writing).rejects.toMatchObject({ code: 'TASK_CANCELLED' });
  expect(runtimes.causal.generator!.stats().waiting).toBe(0);
});

describe('refusals name what is wrong', () => {
  it.each([
    [{ num_return_sequences: 3 }, 'num_return_sequences: 3 greedy sequences'],
    [{ max_length: 1 }, 'max_length: the text starts with 4 tokens and may have 1'],
    [
      { forced_bos_token_id: 4096 },
      'forced_bos_token_id: 4096 is no id of this model, whose ids end at 4095',
    ],
    [{ forced_eos_token_id: [0, 9999] }, 'forced_eos_token_id: 9999 is no id'],
    [{ output_hidden_states: true }, 'output_hidden_states: the model has no hidden_states'],
  ])('%j', async (options, message) => {
    await expect(write('causal', ['A little girl'], options)).rejects.toThrow(message);
  });

  it('an id the decoder cannot start with, without harm to who shares the batch', async () => {
    const [bad, good] = await Promise.allSettled([
      write('pair', ['noon'], { decoder_start_token_id: 999_999 }),
      write('pair', ['noon']),
    ]);
    expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'INPUT_INVALID' } });
    expect(good).toMatchObject({ value: { prediction: { generatedTexts: [['12:00']] } } });
  });

  it('a prompt that fills all positions', async () => {
    await expect(write('causal', ['dog '.repeat(400)])).rejects.toThrow(
      /^input: the text starts with 256 tokens and may have 256/,
    );
  });

  it('a pair, and a model without a head for it', async () => {
    const pair = payloadOf('generation', [['a', 'b']]);
    const { context } = fakeContext({ row: () => ({}) });
    await expect(generation.run(pair, { ...context, runtime: runtimes.causal })).rejects.toThrow(
      'input.0: give one text, not a pair',
    );
    await expect(generation.run(pair, context)).rejects.toMatchObject({ code: 'CAPABILITY_MISSING' });
  });

  it('an empty prompt begins with the model’s own start token', async () => {
    expect(textsOf(await write('causal', [''], { max_new_tokens: 3 }))[0]![0]!.length).toBeGreaterThan(0);
  });
});
