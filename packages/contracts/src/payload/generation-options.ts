import { z } from 'zod';

/**
 * Options of the generation task, under the names of transformers' GenerationConfig, because that is what
 * every dialect's callers write. What they mean is said in docs/generation.md; what is absent comes from the
 * model's generation_config.json.
 */
const tokenId = z.int().min(0);
const probability = z.number().min(0).max(1);

const options = z.strictObject({
  /** Tokens of the whole decoder sequence at the most, prompt (or start token) included. */
  max_length: z.int().min(1),
  /** New tokens at the most; wins over max_length. */
  max_new_tokens: z.int().min(1),
  min_length: z.int().min(0),
  min_new_tokens: z.int().min(0),
  do_sample: z.boolean(),
  /** Equal seeds give equal samples. */
  seed: z.int(),
  temperature: z.number().gt(0),
  /** 0 switches the filter off. */
  top_k: z.int().min(0),
  top_p: probability,
  min_p: probability,
  typical_p: z.number().gt(0).max(1),
  epsilon_cutoff: z.number().min(0).lt(1),
  num_beams: z.int().min(1).max(64),
  num_return_sequences: z.int().min(1).max(64),
  length_penalty: z.number(),
  early_stopping: z.union([z.boolean(), z.literal('never')]),
  repetition_penalty: z.number().gt(0),
  no_repeat_ngram_size: z.int().min(0),
  bad_words_ids: z.array(z.array(tokenId).min(1)).min(1),
  suppress_tokens: z.array(tokenId),
  begin_suppress_tokens: z.array(tokenId),
  forced_bos_token_id: tokenId,
  forced_eos_token_id: z.union([tokenId, z.array(tokenId).min(1)]),
  eos_token_id: z.union([tokenId, z.array(tokenId).min(1)]),
  pad_token_id: tokenId,
  bos_token_id: tokenId,
  decoder_start_token_id: tokenId,
  renormalize_logits: z.boolean(),
  /** Texts that end a sequence; the text itself is kept, as transformers does. */
  stop_strings: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
  output_scores: z.boolean(),
  output_attentions: z.boolean(),
  output_hidden_states: z.boolean(),
  skip_special_tokens: z.boolean(),
  clean_up_tokenization_spaces: z.boolean(),
  /**
   * Accepted and without effect: the reply always has everything, and the cache is used where the file has
   * one.
   */
  return_dict_in_generate: z.boolean(),
  use_cache: z.boolean(),
});

/** Checked generation options; every one may be absent. */
export const generationOptions = options.partial();
export type GenerationOptions = z.infer<typeof generationOptions>;
