import { float32 } from '@tessera/contracts';
import { expect, it } from 'vitest';
import { fakeContext } from '../testing/fake-runtime.ts';
import { payloadOf } from '../testing/payload.ts';
import { tokenClassification } from './head.ts';

const model = {
  row: (_: readonly number[], length: number) => ({
    logits: float32(
      [length, 2],
      Array.from({ length: 2 * length }, (_, at) => (at % 3 === 0 ? 1 : 0)),
    ),
  }),
};

it('gives every position of the longest text a label, padding included', async () => {
  const { context, requests } = fakeContext(model);
  const { prediction, tensors } = await tokenClassification.run(
    payloadOf('token-classification', ['this is a test', 'abcdefgh']),
    context,
  );
  expect(requests[0]!.rows.map((row) => row.padTo)).toEqual([6, 6]);
  expect(prediction.wordIds).toEqual([
    [null, 0, 1, 2, 3, null],
    [null, 0, 0, null, null, null],
  ]);
  expect(prediction.offsets).toEqual([
    [
      [0, 0],
      [0, 4],
      [5, 7],
      [8, 9],
      [10, 14],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 4],
      [4, 8],
      [0, 0],
      [0, 0],
      [0, 0],
    ],
  ]);
  expect(tensors.logits!.shape).toEqual([2, 6, 2]);
  expect(prediction.labels).toEqual([
    [0, 1, 0, 0, 1, 0],
    [0, 1, 0, 0, 1, 0],
  ]);
});

it('leaves the scores of a regression raw', async () => {
  const { context } = fakeContext(model);
  const payload = payloadOf('token-classification', ['a'], { options: { isRegression: true } });
  const { prediction, tensors } = await tokenClassification.run(payload, context);
  expect(prediction.labels).toEqual([]);
  expect([...tensors.logits!.data]).toEqual([1, 0, 0, 1, 0, 0]);
});
