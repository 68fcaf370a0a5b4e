import { describe, expect, it } from 'vitest';
import { checkGeneration } from './generation-rules.ts';

const problemsOf = (kwargs: Record<string, unknown>): string[] =>
  checkGeneration(kwargs).problems.map(({ option, problem }) => `${option}: ${problem}`);

describe('generation options', () => {
  it('pass when they can be run, null counting as absent', () => {
    const kwargs = { num_beams: 4, num_return_sequences: 2, early_stopping: 'never', top_k: null };
    expect(checkGeneration(kwargs)).toEqual({
      options: { num_beams: 4, num_return_sequences: 2, early_stopping: 'never' },
      problems: [],
      warnings: [],
    });
  });

  it.each([
    [{ num_baems: 2 }, /^num_baems: is not a generation option of this server; it knows max_length, /],
    [{ temperature: 0 }, /^temperature: /],
    [{ max_new_tokens: 0 }, /^max_new_tokens: /],
    [{ top_p: 'high' }, /^top_p: /],
    [{ bad_words_ids: [[1], []] }, /^bad_words_ids\.1: /],
    [{ num_beams: 2, num_return_sequences: 3 }, /^num_return_sequences: 3 is more than num_beams, 2/],
    [{ num_return_sequences: 3 }, /^num_return_sequences: 3 greedy sequences would all be the same/],
    [{ min_new_tokens: 5, max_new_tokens: 4 }, /^min_new_tokens: 5 is more than max_new_tokens, 4$/],
    [{ min_length: 9, max_length: 8 }, /^min_length: 9 is more than max_length, 8$/],
    [{ forced_eos_token_id: 2, suppress_tokens: [2] }, /^forced_eos_token_id: is among suppress_tokens/],
  ])('%j is refused by name', (kwargs, problem) => {
    const problems = problemsOf(kwargs);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(problem);
  });

  it('that have no effect are told', () => {
    expect(checkGeneration({ temperature: 0.5, length_penalty: 2 }).warnings).toEqual([
      'temperature has an effect only with do_sample and was not used',
      'length_penalty has an effect only with num_beams above 1 and was not used',
    ]);
  });
});
