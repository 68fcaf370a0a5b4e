import { float32 } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { fakeContext } from '../testing/fake-runtime.ts';
import { payloadOf } from '../testing/payload.ts';
import { questionAnswering } from './head.ts';

const X = 10 + 'X'.charCodeAt(0);
/** Believes in every token that starts with X, as start and as end; elsewhere slightly in the first token. */
const model = {
  description: { outputs: ['start_logits', 'end_logits'] as const },
  maxLength: 12,
  row: (ids: readonly number[], length: number) => {
    const scores = Array.from({ length }, (_, t) => (ids[t] === X ? 9 : t === 0 ? 1 : 0));
    return { start_logits: float32([length], scores), end_logits: float32([length], scores) };
  },
};
const answer = async (input: [string, string][], more = {}) => {
  const { context, requests } = fakeContext(model);
  const result = await questionAnswering.run(payloadOf('question-answering', input, more), context);
  return {
    ...result,
    requests,
    answers: result.prediction.answers,
  };
};

describe('answers', () => {
  it('are slices of the context at code-point offsets', async () => {
    const { answers } = await answer([['who', '😀😀 是X Xavier 😀']]);
    expect(answers[0]![0]).toMatchObject({ answer: 'Xavier', start: 6, end: 12 });
  });

  it('span words that were cut into pieces', async () => {
    const { answers } = await answer([['who', 'abcdXYZ no']]);
    expect(answers[0]![0]).toMatchObject({ answer: 'abcdXYZ', start: 0, end: 7 });
  });

  it.each(['', '   '])('exist for a context without words: %j', async (context) => {
    const { answers } = await answer([['who', context]], { options: { showNullAnswers: false, topk: 20 } });
    expect(answers).toEqual([[{ score: 1, start: 0, end: 0, answer: '' }]]);
  });

  it('never repeat themselves, whatever topk', async () => {
    const { answers } = await answer([['who', 'abcdefgh ij']], { options: { topk: 1000 } });
    const places = answers[0]!.map(({ start, end }) => `${start}:${end}`);
    expect(new Set(places).size).toBe(places.length);
    expect(answers[0]!.every(({ score }) => score > 0)).toBe(true);
  });

  it('come beside raw scores [B, T]', async () => {
    const { prediction, tensors } = await answer([
      ['who', 'X'],
      ['who', 'is X it'],
    ]);
    expect(Object.keys(prediction)).toEqual(['answers']);
    expect(tensors.start_logits!.shape).toEqual([2, 7]);
    expect(tensors.end_logits!.data[3]).toBe(9);
  });

  it('need a pair', async () => {
    const { context } = fakeContext(model);
    await expect(
      questionAnswering.run(payloadOf('question-answering', [['a', 'b'], 'alone']), context),
    ).rejects.toThrow('input.1: give a pair of texts, [question, context]');
  });
});

describe('long contexts', () => {
  const long = 'a b c d e f g h i j k l m n o p X r s t';

  it('are read in windows to their end', async () => {
    const { answers, requests, warnings, tensors } = await answer([['who', long]]);
    // 12 tokens: 3 special, 1 of the question, 8 of the context; windows share min(128, 8 / 2).
    expect(requests[0]!.rows).toHaveLength(4);
    expect(answers[0]![0]).toMatchObject({ answer: 'X', start: 32, end: 33 });
    expect(tensors.start_logits!.shape).toEqual([1, 12]);
    expect(Math.max(...(tensors.start_logits!.data as Float32Array))).toBe(9);
    expect(warnings[0]).toMatch(/^input\.0: the context was read in 4 windows that share 4 tokens/);
  });

  it('share as many tokens as the caller says', async () => {
    const { requests } = await answer([['who', long]], { preprocessing: { stride: 0 } });
    expect(requests[0]!.rows).toHaveLength(3);
  });

  it('find the same answer as the whole context would', async () => {
    const { answers } = await answer([['who', long]], { preprocessing: { maxLength: 6 } });
    expect(answers[0]![0]).toMatchObject({ answer: 'X', start: 32, end: 33 });
  });

  it('keep a quarter of the room when the question is too long', async () => {
    const { answers, warnings } = await answer([[long, long]]);
    expect(warnings[0]).toBe('input.0: the question was cut to 7 tokens.');
    expect(answers[0]![0]!.answer).toBe('X');
  });
});
