import { z } from 'zod';

/**
 * Options of the generation task, under the names of transformers' GenerationConfig, because that is what every dialect's
 * callers write. What they mean is said in docs/generation.md; what is absent comes from the model's generation_config.json.
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
  /** Accepted and without effect: the reply always has everything, and the cache is used where the file has one. */
  return_dict_in_generate: z.boolean(),
  use_cache: z.boolean(),
});

/** Checked generation options; every one may be absent. */
export const generationKwargs = options.partial();
export type GenerationKwargs = z.infer<typeof generationKwargs>;

/** What is wrong with one option, or with two together. */
export interface OptionProblem {
  readonly option: string;
  readonly problem: string;
}

export interface CheckedGeneration {
  readonly options: GenerationKwargs;
  /** Empty when the options can be run. */
  readonly problems: readonly OptionProblem[];
  /** Options that have no effect beside the others. */
  readonly warnings: readonly string[];
}

/**
 * Checks generation options before a job is queued. A null value counts as absent. Unknown names, values out of range and
 * contradictions are problems; options that the chosen way of decoding does not read are warnings.
 */
export function checkGeneration(kwargs: Readonly<Record<string, unknown>>): CheckedGeneration {
  const given = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));
  const parsed = generationKwargs.safeParse(given);
  if (!parsed.success)
    return { options: {}, problems: parsed.error.issues.flatMap(problemsOf), warnings: [] };
  return {
    options: parsed.data,
    problems: contradictions(parsed.data),
    warnings: idleOptions(parsed.data),
  };
}

function problemsOf(issue: z.core.$ZodIssue): OptionProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((option) => ({
      option,
      problem: `is not a generation option of this server; it knows ${Object.keys(options.shape).join(', ')}`,
    }));
  return [{ option: issue.path.join('.'), problem: issue.message }];
}

/** Pairs of options that cannot both hold. Also asked again when the model's own defaults are filled in. */
export function contradictions(o: GenerationKwargs): OptionProblem[] {
  const problems: OptionProblem[] = [];
  const add = (option: string, problem: string): void => {
    problems.push({ option, problem });
  };
  const beams = o.num_beams ?? 1;
  const sequences = o.num_return_sequences ?? 1;
  if (beams > 1 && sequences > beams)
    add(
      'num_return_sequences',
      `${sequences} is more than num_beams, ${beams}; ask for at most as many as beams`,
    );
  if (beams === 1 && sequences > 1 && !o.do_sample)
    add(
      'num_return_sequences',
      `${sequences} greedy sequences would all be the same; set do_sample or num_beams`,
    );
  if (o.min_new_tokens !== undefined && o.max_new_tokens !== undefined && o.min_new_tokens > o.max_new_tokens)
    add('min_new_tokens', `${o.min_new_tokens} is more than max_new_tokens, ${o.max_new_tokens}`);
  if (
    o.min_length !== undefined &&
    o.max_length !== undefined &&
    o.max_new_tokens === undefined &&
    o.min_length > o.max_length
  )
    add('min_length', `${o.min_length} is more than max_length, ${o.max_length}`);
  for (const name of ['forced_bos_token_id', 'forced_eos_token_id'] as const) {
    const forced = o[name] === undefined ? [] : [o[name]].flat();
    if (forced.length > 0 && forced.every((id) => o.suppress_tokens?.includes(id)))
      add(name, 'is among suppress_tokens; a token cannot be forced and forbidden');
  }
  return problems;
}

const samplingOnly = [
  'temperature',
  'top_k',
  'top_p',
  'min_p',
  'typical_p',
  'epsilon_cutoff',
  'seed',
] as const;
const beamsOnly = ['length_penalty', 'early_stopping'] as const;

function idleOptions(o: GenerationKwargs): string[] {
  const idle: string[] = [];
  if (!o.do_sample)
    for (const name of samplingOnly)
      if (o[name] !== undefined) idle.push(`${name} has an effect only with do_sample and was not used`);
  if ((o.num_beams ?? 1) === 1)
    for (const name of beamsOnly)
      if (o[name] !== undefined)
        idle.push(`${name} has an effect only with num_beams above 1 and was not used`);
  if (o.max_length !== undefined && o.max_new_tokens !== undefined)
    idle.push('max_length was not used because max_new_tokens is given');
  if (o.min_length !== undefined && o.min_new_tokens !== undefined)
    idle.push('min_length was not used because min_new_tokens is given');
  return idle;
}
