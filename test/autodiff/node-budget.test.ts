import { gradient } from '@tessera/autodiff';
import { expect, it } from 'vitest';
import { loadFixture } from './fixtures.ts';

/**
 * Backward nodes per encoder layer. A count cannot flake, unlike a time; raise a budget only together with a
 * reason. Shape bookkeeping (Shape, Reshape, Slice of shapes) costs microseconds and is counted all the same.
 */
const budgets = [
  ['bert-seqcls-legacy17-eager', 2, 85],
  ['bert-seqcls-legacy14-eager', 2, 85],
  ['bert-seqcls-legacy17-sdpa', 2, 89],
  ['bert-seqcls-dynamo18-sdpa', 2, 94],
  ['distilbert-seqcls-legacy17-eager', 2, 85],
  ['deberta-v2-seqcls-legacy17-eager', 2, 119],
  ['gpt2-seqcls-legacy17-eager', 2, 102],
  ['llama-seqcls-legacy17-eager', 2, 143],
] as const;

it.each(budgets)('%s: %i layers of at most %i backward nodes', async (name, layers, budget) => {
  const { model } = await gradient(loadFixture(`${name}.onnx.gz`), { of: ['logits'], wrt: ['embeddings'] });
  const nodes = model.proto.graph?.node ?? [];
  const backward = nodes.filter((node) => node.output.some((output) => output.startsWith('grad/')));
  expect(backward.length / layers).toBeLessThanOrEqual(budget);
});

it('opset 14 spells LayerNormalization and Gelu out, and costs no more than opset 17', async () => {
  const counts = await Promise.all(
    ['bert-seqcls-legacy14-eager', 'bert-seqcls-legacy17-eager'].map(async (name) => {
      const { report } = await gradient(loadFixture(`${name}.onnx.gz`), {
        of: ['logits'],
        wrt: ['embeddings'],
      });
      return report.nodesAfter;
    }),
  );
  expect(counts[0]).toBeLessThanOrEqual(counts[1] as number);
});

it('asking for a later tensor walks only the later part', async () => {
  const whole = await gradient(loadFixture('bert-seqcls-legacy17-eager.onnx.gz'), {
    of: ['logits'],
    wrt: ['embeddings'],
  });
  const head = await gradient(loadFixture('bert-seqcls-legacy17-eager.onnx.gz'), {
    of: ['logits'],
    wrt: ['/bert/pooler/activation/Tanh_output_0'],
  });
  expect(head.report.differentiated).toEqual({ Gemm: 1 });
  expect(Object.keys(whole.report.differentiated).length).toBeGreaterThan(5);
});
