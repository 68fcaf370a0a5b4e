import { float32 } from '@tessera/contracts';
import { describe, expect, it } from 'vitest';
import { fakeContext } from '../testing/fake-runtime.ts';
import { payloadOf } from '../testing/payload.ts';
import { sequenceClassification } from './head.ts';

const twoLabels = { row: (ids: readonly number[]) => ({ logits: float32([2], [0, Math.log(ids.length)]) }) };
const oneScore = {
  row: (_: readonly number[], __: number, index: number) => ({ logits: float32([1], [index]) }),
};
const run = (input: Parameters<typeof payloadOf>[1], model: Parameters<typeof fakeContext>[0], more = {}) => {
  const fake = fakeContext(model);
  const result = sequenceClassification.run(payloadOf('sequence-classification', input, more), fake.context);
  return { ...fake, result };
};

describe('labels', () => {
  it('are the argmax of a softmax over each row', async () => {
    const { labels, logits } = await run(['a b', ''], twoLabels).result.then(({ prediction, tensors }) => ({
      labels: prediction.labels,
      logits: tensors.logits!,
    }));
    expect(logits.shape).toEqual([2, 2]);
    expect([...logits.data].map(Number)).toEqual([0.2, 0.8, 1 / 3, 2 / 3].map((x) => expect.closeTo(x, 6)));
    expect(labels).toEqual([1, 1]);
  });

  it('are left out of a regression, whose scores stay raw', async () => {
    const asked = await run(['a'], twoLabels, { options: { isRegression: true } }).result;
    expect(asked.prediction.labels).toEqual([]);
    expect([...asked.tensors.logits!.data]).toEqual([0, expect.closeTo(Math.log(3), 6)]);
    const single = await run(['a', 'b'], oneScore).result;
    expect(single.prediction.labels).toEqual([]);
    expect([...single.tensors.logits!.data]).toEqual([0, 1]);
  });

  it('that do not exclude each other are a sigmoid each, and a set', async () => {
    const scores = [0, 2, -1, 1];
    const description = { problemType: 'multi_label_classification', id2label: {} };
    const { prediction, tensors } = await run(['a'], {
      description,
      row: () => ({ logits: float32([4], scores) }),
    }).result;
    const sigmoids = scores.map((x) => expect.closeTo(1 / (1 + Math.exp(-x)), 6));
    expect([...tensors.logits!.data]).toEqual(sigmoids);
    expect(prediction).toMatchObject({ labels: [1], labelSets: [[1, 3]] });
  });

  it('follow problem_type where it says regression, however many scores there are', async () => {
    const { prediction, tensors } = await run(['a'], {
      ...twoLabels,
      description: { problemType: 'regression' },
    }).result;
    expect(prediction.labels).toEqual([]);
    expect([...tensors.logits!.data]).toEqual([0, expect.closeTo(Math.log(3), 6)]);
  });

  it('that nobody named are counted', async () => {
    const { prediction } = await run(['a'], { ...twoLabels, description: { id2label: {} } }).result;
    expect(prediction.id2label).toEqual({ 0: 'LABEL_0', 1: 'LABEL_1' });
  });

  it('come with the names of the model, and with nothing else', async () => {
    const { prediction } = await run(['a'], twoLabels).result;
    expect(prediction).toEqual({ labels: [1], id2label: { '0': 'no', '1': 'yes' } });
  });
});

describe('choices', () => {
  it('of a head with one score become one row [1, N]', async () => {
    const { result } = run(['x', 'y', 'z'], oneScore, { options: { multipleChoice: true } });
    const { prediction, tensors } = await result;
    expect(tensors.logits!.shape).toEqual([1, 3]);
    expect(prediction.labels).toEqual([2]);
  });

  it('of a choice model run as one unit', async () => {
    const model = {
      description: { modelClass: 'BertForMultipleChoice' },
      row: (_: readonly number[], __: number, index: number) =>
        index === 0 ? { logits: float32([2], [3, 1]), 'attentions.0': float32([2, 1, 3, 3]) } : {},
    };
    const { result, requests } = run(
      [
        ['q', 'a'],
        ['q', 'b c'],
      ],
      model,
    );
    const { prediction, tensors } = await result;
    expect(requests[0]).toMatchObject({ asChoices: true, tag: 'task-1', rows: [{ padTo: 6 }, { padTo: 6 }] });
    expect(tensors.logits!.shape).toEqual([1, 2]);
    expect(prediction.labels).toEqual([0]);
  });

  it('need a head with one score', async () => {
    await expect(run(['x'], twoLabels, { options: { multipleChoice: true } }).result).rejects.toThrow(
      'options.multipleChoice: this model gives 2 scores a row',
    );
  });
});

describe('extra outputs', () => {
  const model = {
    description: { outputs: ['logits', 'attentions'] as const },
    row: (_: readonly number[], length: number) => ({
      logits: float32([2], [0, 1]),
      'attentions.0': float32([1, length, length]),
    }),
  };

  it('are joined over rows padded to the longest', async () => {
    const { tensors } = await run(['a', 'a b c'], model, { outputAttentions: true }).result;
    expect(tensors['attentions.0']!.shape).toEqual([2, 1, 5, 5]);
  });

  it('that the model lacks are refused by name', async () => {
    await expect(run(['a'], model, { outputHiddenStates: true }).result).rejects.toThrow(
      'outputHiddenStates: the model has no hidden_states. It gives logits, attentions.',
    );
  });
});
