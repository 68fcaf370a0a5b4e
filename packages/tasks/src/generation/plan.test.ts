import { expect, test } from 'vitest';
import { planGeneration } from './plan.ts';

test('config.json is under generation_config.json, and both are under the caller', () => {
  const model = {
    config: {
      repetition_penalty: 1.5,
      no_repeat_ngram_size: 2,
      num_beams: 4,
      temperature: 0.5,
      eos_token_id: 3,
    },
    defaults: { num_beams: 2, temperature: 0.7 },
  };
  expect(planGeneration({ temperature: 0.9 }, model)).toMatchObject({
    repetitionPenalty: 1.5,
    noRepeatNgramSize: 2,
    beams: 2,
    temperature: 0.9,
    eosIds: [3],
  });
});

test('keys of config.json that are about forward passes, and values of no use, are no defaults', () => {
  const config = {
    output_attentions: true,
    output_scores: true,
    top_k: 'many',
    max_length: 0,
    hidden_size: 8,
  };
  expect(planGeneration({}, { config, defaults: {} })).toEqual(
    planGeneration({}, { config: {}, defaults: {} }),
  );
});
