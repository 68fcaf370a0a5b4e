import { describe, expect, test } from 'vitest';
import { longestInput, unboundedLength } from './length-limit.ts';

const limit = (
  config: Record<string, unknown>,
  tokenizerConfig: Record<string, unknown> = {},
  sentenceConfig: Record<string, unknown> | null = null,
): number => longestInput({ config, tokenizerConfig, sentenceConfig });

describe('the longest input', () => {
  test.each([
    ['the tokenizer limit', limit({ max_position_embeddings: 512 }, { model_max_length: 128 }), 128],
    ['the positions', limit({ max_position_embeddings: 512 }, { model_max_length: 1e30 }), 512],
    ['positions after the padding id', limit({ model_type: 'roberta', max_position_embeddings: 514 }), 512],
    [
      '… of MPNet, whose padding id is 1',
      limit({ model_type: 'mpnet', max_position_embeddings: 66, pad_token_id: 1 }),
      64,
    ],
    [
      '… and where it is 0',
      limit({ model_type: 'xlm-roberta', max_position_embeddings: 514, pad_token_id: 0 }),
      513,
    ],
    ['the sentence limit', limit({ max_position_embeddings: 512 }, {}, { max_seq_length: 256 }), 256],
    ['n_positions of GPT-2', limit({ model_type: 'gpt2', n_positions: 256 }), 256],
    [
      'the tokenizer limit of T5',
      limit({ model_type: 't5', n_positions: 512 }, { model_max_length: 1024 }),
      1024,
    ],
    [
      'our own limit when nothing says anything',
      limit({ model_type: 't5' }, { model_max_length: 1e30 }),
      unboundedLength,
    ],
  ])('is %s', (_, actual, expected) => expect(actual).toBe(expected));
});
