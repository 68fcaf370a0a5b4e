import { z } from 'zod';

/**
 * Options of the generation task, under the names of transformers' GenerationConfig, because that is what
 * every dialect's callers write. What they mean is said in docs/generation.md; what is absent comes from the
 * model's generation_config.json.
 */
const tokenId = z.int().min(0);
const probability = z.number().min(0).max(1);

const options = z.strictObject({
  max_length: z
    .int()
    .min(1)
    .describe('Tokens of the whole sequence at the most, prompt (or start token) included.'),
  max_new_tokens: z.int().min(1).describe('New tokens at the most; wins over max_length. Default 20.'),
  min_length: z.int().min(0).describe('No end token before this many tokens, prompt included. Default 0.'),
  min_new_tokens: z.int().min(0).describe('No end token before this many new tokens. Default 0.'),
  do_sample: z.boolean().describe('Draws tokens instead of taking the best. Default false.'),
  seed: z
    .int()
    .describe(
      'Equal seeds give equal samples; input i uses seed + i. The reply tells the one that was used.',
    ),
  temperature: z.number().gt(0).describe('Divides the scores before a token is drawn. Default 1.'),
  top_k: z.int().min(0).describe('Draws among this many best tokens; 0 switches the filter off. Default 50.'),
  top_p: probability.describe('Draws among the best tokens that together have this probability. Default 1.'),
  min_p: probability.describe("Draws among tokens of at least this share of the best one's probability."),
  typical_p: z
    .number()
    .gt(0)
    .max(1)
    .describe('Draws among the most typical tokens that together have this probability. Default 1.'),
  epsilon_cutoff: z
    .number()
    .min(0)
    .lt(1)
    .describe('Draws among tokens of at least this probability. Default 0.'),
  num_beams: z.int().min(1).max(64).describe('Above 1: beam search with so many beams. Default 1.'),
  num_return_sequences: z
    .int()
    .min(1)
    .max(64)
    .describe('Texts for each input: of the beams, or drawn. Default 1.'),
  length_penalty: z
    .number()
    .describe(
      'Finished beams are ranked by log probability / length^penalty, new tokens counted. Default 1.',
    ),
  early_stopping: z
    .union([z.boolean(), z.literal('never')])
    .describe(
      'true: stop with num_beams finished texts; false: when no beam can win at its present length; never: at any.',
    ),
  repetition_penalty: z
    .number()
    .gt(0)
    .describe('Scores of ids that occurred are divided by it, negative ones multiplied. Default 1.'),
  no_repeat_ngram_size: z.int().min(0).describe('No sequence of so many ids twice; 0 allows all. Default 0.'),
  bad_words_ids: z.array(z.array(tokenId).min(1)).min(1).describe('Sequences of ids that are never written.'),
  suppress_tokens: z.array(tokenId).describe('Ids that are never written.'),
  begin_suppress_tokens: z.array(tokenId).describe('Ids that are never written first.'),
  forced_bos_token_id: tokenId.describe('The first id behind the start token.'),
  forced_eos_token_id: z.union([tokenId, z.array(tokenId).min(1)]).describe('The id at the length limit.'),
  eos_token_id: z
    .union([tokenId, z.array(tokenId).min(1)])
    .describe("Ids that end a text, instead of the model's."),
  pad_token_id: tokenId.describe("Id that fills short texts up, instead of the model's."),
  bos_token_id: tokenId.describe("Id that begins a text, instead of the model's."),
  decoder_start_token_id: tokenId.describe("Id that an encoder-decoder starts with, instead of the model's."),
  renormalize_logits: z
    .boolean()
    .describe('Makes the processed scores log probabilities again. Default false.'),
  stop_strings: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('Texts that end a sequence; they are kept, as transformers does.'),
  output_scores: z.boolean().describe('Adds the processed scores of every step. Default false.'),
  output_attentions: z
    .boolean()
    .describe(
      'Adds the attention weights of every step, also where the file does not export them. Default false.',
    ),
  output_hidden_states: z.boolean().describe('Refused when true: generation gives no hidden states.'),
  skip_special_tokens: z.boolean().describe('Leaves special tokens out of the texts. Default true.'),
  clean_up_tokenization_spaces: z.boolean().describe('Removes blanks before punctuation. Default false.'),
  return_dict_in_generate: z
    .boolean()
    .describe('Accepted and without effect: the reply always has everything.'),
  use_cache: z.boolean().describe('Accepted and without effect: the cache is used where the file has one.'),
});

/** Checked generation options; every one may be absent. */
export const generationOptions = options.partial();
export type GenerationOptions = z.infer<typeof generationOptions>;
