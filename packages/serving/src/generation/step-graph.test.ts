import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadModel, type Model } from '@tessera/onnx';
import { expect, it } from 'vitest';
import { crossGraph, stepGraph } from './step-graph.ts';

const models = fileURLToPath(new URL('../../../../test/fixtures/models/', import.meta.url));

function decoderOf(name: string): Model {
  const path = join(models, name, 'onnx');
  const merged = join(path, 'decoder_model_merged.onnx');
  return loadModel(existsSync(merged) ? merged : join(path, 'model.onnx'));
}

const inputsOf = (model: Model): string[] =>
  model.proto.graph!.input.map(({ name }) => name).filter((name) => !name.startsWith('past'));

it.each(['gpt2-generation', 'gpt2-merged', 'llama-generation', 'qwen2-generation'])(
  '%s reads positions, one bias, and no mask',
  (name) => {
    const made = stepGraph(decoderOf(name))!;
    expect(inputsOf(made.model).sort()).toEqual([
      'input_ids',
      'position_ids',
      'tessera.last',
      'tessera.score_bias',
    ]);
    expect(made.readsLength).toBe(false);
  },
);

it('T5 gets its relative positions as buckets, and its encoder side apart', () => {
  const decoder = decoderOf('t5-generation');
  const made = stepGraph(decoder)!;
  expect(made.bucketCount).toBe(8);
  expect(inputsOf(made.model)).not.toContain('encoder_hidden_states');
  expect(inputsOf(crossGraph(decoder)!)).toEqual(['encoder_hidden_states']);
});

it('tells when positions are counted in the cache, where a gap would shift them', () => {
  expect(stepGraph(decoderOf('bart-generation'))!.readsLength).toBe(true);
});

it('leaves a decoder without cache as it is', () => {
  expect(stepGraph(decoderOf('gpt2-nocache'))).toBeNull();
});
