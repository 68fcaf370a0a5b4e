import { describe, expect, test } from 'vitest';
import { mapOutputs } from './output-names.ts';

const specs = (...outputs: readonly (readonly [name: string, rank: number])[]) =>
  outputs.map(([name, rank]) => ({ name, dtype: 'float32', shape: new Array<string>(rank).fill('n') }));
const mapped = (outputs: ReturnType<typeof specs>, modelClass: string | null) =>
  Object.fromEntries(mapOutputs(outputs, modelClass));

describe('the outputs of a file', () => {
  test('are known by their names', () => {
    const outputs = specs(['logits', 2], ['attentions.1', 4], ['attentions.0', 4], ['hidden_states.0', 3]);
    expect(mapped(outputs, 'BertForSequenceClassification')).toEqual({
      logits: ['logits'],
      attentions: ['attentions.0', 'attentions.1'],
      hidden_states: ['hidden_states.0'],
    });
  });

  test('of sentence-transformers exports are known, too', () => {
    expect(mapped(specs(['token_embeddings', 3], ['sentence_embedding', 2]), null)).toEqual({
      last_hidden_state: ['token_embeddings'],
      sentence_embedding: ['sentence_embedding'],
    });
  });

  test.each([
    [
      'BertForQuestionAnswering',
      specs(['output_0', 2], ['output_1', 2]),
      { start_logits: ['output_0'], end_logits: ['output_1'] },
    ],
    ['BertForTokenClassification', specs(['1234', 3]), { logits: ['1234'] }],
    ['GPT2LMHeadModel', specs(['out', 3]), { logits: ['out'] }],
    [
      'BertModel',
      specs(['output_0', 3], ['output_1', 2]),
      { last_hidden_state: ['output_0'], pooler_output: ['output_1'] },
    ],
    [null, specs(['pooled', 2]), { pooler_output: ['pooled'] }],
    ['BertForQuestionAnswering', specs(['only', 2]), {}],
  ])('without names follow from the head: %s', (modelClass, outputs, expected) => {
    expect(mapped(outputs, modelClass)).toEqual(expected);
  });
});
