import { type EmbeddingMode, float32 } from '@tessera/contracts';
import type { SentenceTransformerPipeline } from '@tessera/serving';
import { describe, expect, it } from 'vitest';
import { fakeContext } from '../testing/fake-runtime.ts';
import { payloadOf } from '../testing/payload.ts';
import { embedding } from './head.ts';

/** Token t has the hidden state (t, 10 - t); padding has (1000, 1000), so that it shows when it counts. */
const model = {
  description: { outputs: ['last_hidden_state', 'pooler_output'] as const },
  row: (ids: readonly number[], length: number) => ({
    last_hidden_state: float32(
      [length, 2],
      Array.from({ length }, (_, t) => (t < ids.length ? [t, 10 - t] : [1000, 1000])).flat(),
    ),
    pooler_output: float32([2], [3, 4]),
  }),
};
const embed = async (mode: EmbeddingMode, more = {}, input = ['a', 'b c d']) => {
  const { context } = fakeContext(model);
  return embedding.run(payloadOf('embedding', input, { options: { mode, ...more } }), context);
};

describe('modes', () => {
  it.each([
    ['mean', [1, 9, 2, 8]],
    ['max', [2, 10, 4, 10]],
    ['cls', [0, 10, 0, 10]],
    ['pooler', [3, 4, 3, 4]],
  ] as const)('%s: padding does not count, special tokens do', async (mode, values) => {
    const { prediction, tensors } = await embed(mode);
    expect([...tensors.embeddings!.data]).toEqual(values);
    expect(tensors.embeddings!.shape).toEqual([2, 2]);
    expect(prediction).toEqual({ mode });
    expect(Object.keys(tensors).sort()).toEqual(['embeddings', 'last_hidden_state', 'pooler_output']);
    expect(tensors.last_hidden_state!.shape).toEqual([2, 5, 2]);
  });

  it('token: every hidden state, with word ids', async () => {
    const { prediction, tensors } = await embed('token');
    expect(tensors.embeddings!.shape).toEqual([2, 5, 2]);
    expect(prediction.wordIds).toEqual([
      [null, 0, null, null, null],
      [null, 0, 1, 2, null],
    ]);
  });

  it('normalize works on the last axis, also token by token', async () => {
    const { tensors } = await embed('token', { normalize: true });
    const values = tensors.embeddings!.data as Float32Array;
    for (let at = 0; at < values.length; at += 2)
      expect(Math.hypot(values[at]!, values[at + 1]!)).toBeCloseTo(1, 6);
  });

  it('pooler needs a pooler output', async () => {
    const { context } = fakeContext({ ...model, description: { outputs: ['last_hidden_state'] } });
    await expect(
      embedding.run(payloadOf('embedding', ['a'], { options: { mode: 'pooler' } }), context),
    ).rejects.toThrow('options.mode: the model has no pooler_output');
  });

  it('the last hidden state may come from a list and is not returned then', async () => {
    const { context } = fakeContext({
      description: { outputs: ['logits', 'hidden_states'] },
      row: (_, length) => ({
        'hidden_states.0': float32([length, 1]),
        'hidden_states.1': float32([length, 1], new Array(length).fill(5)),
      }),
    });
    const payload = payloadOf('embedding', ['a'], { outputHiddenStates: true });
    const { tensors } = await embedding.run(payload, context);
    expect(Object.keys(tensors)).toEqual(['embeddings']);
    expect([...tensors.embeddings!.data]).toEqual([5]);
  });
});

describe('sentence transformers', () => {
  const pipeline: SentenceTransformerPipeline = {
    steps: [
      { kind: 'pooling', width: 2, modes: ['cls', 'mean'], includePrompt: true },
      {
        kind: 'dense',
        at: 'sentence',
        weight: float32([2, 4], [1, 0, 0, 0, 0, 0, 1, 0]),
        bias: float32([2], [3, 0]),
        activation: 'identity',
        residual: null,
      },
      { kind: 'normalize', at: 'sentence' },
    ],
    prompts: {},
    defaultPrompt: null,
    dimensions: null,
    maxSeqLength: 4,
  };
  const sentence = { ...model, description: { ...model.description, sentenceTransformer: pipeline } };

  it('run their own pipeline, normalized or not as it says, unless a mode is named', async () => {
    const { context, requests } = fakeContext(sentence);
    const payload = payloadOf('embedding', ['ab c d e'], { options: { mode: null, normalize: false } });
    const { prediction, tensors, warnings } = await embedding.run(payload, context);
    // [CLS] ab c [SEP]: cls (0, 10), mean (1.5, 8.5); dense: (0 + 3, 1.5); then length 1.
    expect(prediction).toEqual({ mode: null });
    expect(Object.keys(tensors)).toEqual(['embeddings']);
    const length = Math.hypot(3, 1.5);
    expect([...tensors.embeddings!.data].map(Number)).toEqual(
      [3 / length, 1.5 / length].map((x) => expect.closeTo(x, 6)),
    );
    expect(requests[0]!.rows[0]!.inputIds).toEqual([1, 10 + 97, 10 + 99, 2]);
    expect(warnings).toEqual(['input.0 was cut to 4 tokens (the end of the first text is missing).']);
  });

  it.each(['onnx', 'sentence-transformer'] as const)(
    'pool by the mode that a request names (%s)',
    async (modelType) => {
      const { context } = fakeContext(sentence);
      const payload = payloadOf('embedding', ['a'], { options: { mode: 'cls' } });
      const { prediction, tensors } = await embedding.run(payload, { ...context, modelType });
      expect(prediction.mode).toBe('cls');
      expect([...tensors.embeddings!.data]).toEqual([0, 10]);
    },
  );

  describe('prompts', () => {
    const withPrompts = (includePrompt: boolean) => ({
      ...model,
      description: {
        ...model.description,
        sentenceTransformer: {
          ...pipeline,
          steps: [{ kind: 'pooling' as const, width: 2, modes: ['mean' as const], includePrompt }],
          prompts: { query: 'q: ', none: '' },
          defaultPrompt: 'query',
          maxSeqLength: null,
        },
      },
    });
    const run = async (options: object, includePrompt = true) => {
      const { context, requests } = fakeContext(withPrompts(includePrompt));
      const { tensors } = await embedding.run(payloadOf('embedding', ['b c'], { options }), context);
      return { ids: requests[0]!.rows[0]!.inputIds, values: [...tensors.embeddings!.data] };
    };
    const ids = (...letters: string[]): number[] => [
      1,
      ...letters.map((letter) => 10 + letter.charCodeAt(0)),
      2,
    ];

    it.each([
      ['the default of the folder', {}, ids('q', 'b', 'c')],
      ['one by name', { promptName: 'none' }, ids('b', 'c')],
      ['a text of the caller, which wins', { prompt: 'x ', promptName: 'none' }, ids('x', 'b', 'c')],
      ['none where a mode is named', { mode: 'mean' }, ids('b', 'c')],
    ])('%s', async (_, options, expected) => {
      expect((await run(options)).ids).toEqual(expected);
    });

    it('is left out of the pooling where the folder says so', async () => {
      // [CLS] q: b c [SEP] are the states 0 to 4; without [CLS] and the prompt 2 to 4 are left.
      expect((await run({}, false)).values).toEqual([3, 7]);
      expect((await run({})).values).toEqual([2, 8]);
    });

    it('that the folder does not have is refused with those it has', async () => {
      await expect(run({ promptName: 'passage' })).rejects.toThrow(
        /options\.promptName: this model has no prompt "passage"; it has query, none/,
      );
    });
  });

  it('dimensions cut every vector and make it of length one again', async () => {
    const { tensors } = await embed('token', { dimensions: 1 });
    expect(tensors.embeddings!.shape).toEqual([2, 5, 1]);
    expect([...tensors.embeddings!.data].every((value) => [0, 1].includes(Number(value)))).toBe(true);
    await expect(embed('mean', { dimensions: 3 })).rejects.toThrow(
      /options\.dimensions: 3 is more than the 2 values/,
    );
  });

  it('the vectors of a file that pools by itself are the answer, and truncate_dim holds for them', async () => {
    const { context } = fakeContext({
      description: {
        outputs: ['sentence_embedding', 'hidden_states', 'last_hidden_state'],
        sentenceTransformer: { ...pipeline, dimensions: 1 },
      },
      row: () => ({ sentence_embedding: float32([2], [3, 4]) }),
    });
    const { tensors } = await embedding.run(payloadOf('embedding', ['a']), context);
    expect([...tensors.embeddings!.data]).toEqual([expect.closeTo(0.6, 6)]);
  });
});
