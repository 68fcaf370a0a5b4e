import { AppError } from '@tessera/base';
import { contradictions, type GenerationOptions, generationOptions } from '@tessera/contracts';

/**
 * Every decoding option with its value: the caller's, else the model's generation_config.json, else
 * transformers' default.
 */
export interface GenerationPlan {
  readonly beams: number;
  readonly sequences: number;
  readonly doSample: boolean;
  readonly seed: number | null;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly minP: number | null;
  readonly typicalP: number;
  readonly epsilonCutoff: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | 'never';
  readonly repetitionPenalty: number;
  readonly noRepeatNgramSize: number;
  readonly badWordsIds: readonly (readonly number[])[];
  readonly suppressTokens: readonly number[];
  readonly beginSuppressTokens: readonly number[];
  readonly forcedBosId: number | null;
  readonly forcedEosIds: readonly number[];
  readonly eosIds: readonly number[];
  readonly padId: number;
  readonly decoderStartId: number | null;
  readonly renormalize: boolean;
  readonly stopStrings: readonly string[];
  readonly length: LengthWish;
  readonly outputScores: boolean;
  readonly outputAttentions: boolean;
  readonly skipSpecialTokens: boolean;
  readonly cleanUpSpaces: boolean;
}

/** Lengths as they were asked for; how many ids that means depends on the prompt. */
export interface LengthWish {
  readonly maxNewTokens: number | null;
  readonly maxLength: number | null;
  readonly minNewTokens: number | null;
  readonly minLength: number;
}

/**
 * Keys of config.json that carry the name of an option and are about something else: what a forward pass
 * returns.
 */
const notDefaults = new Set([
  'output_attentions',
  'output_hidden_states',
  'output_scores',
  'return_dict_in_generate',
  'use_cache',
]);

/**
 * Fills in what the caller left open. A length that the caller gives beats any length of the model's
 * defaults, whichever of the two forms it has (transformers lets a default max_new_tokens win over a caller's
 * max_length). Throws INPUT_INVALID when caller and model together contradict themselves.
 */
export function planGeneration(
  asked: GenerationOptions,
  model: {
    readonly defaults: Readonly<Record<string, unknown>>;
    readonly config: Readonly<Record<string, unknown>>;
  },
): GenerationPlan {
  const defaults = readDefaults(model);
  const has = (...names: readonly (keyof GenerationOptions)[]): boolean =>
    names.some((name) => asked[name] !== undefined);
  if (has('max_length', 'max_new_tokens')) drop(defaults, 'max_length', 'max_new_tokens');
  if (has('min_length', 'min_new_tokens')) drop(defaults, 'min_length', 'min_new_tokens');
  const o: GenerationOptions = { ...defaults, ...asked };
  const [problem] = contradictions(o);
  if (problem)
    throw new AppError('INPUT_INVALID', {
      detail: { field: `options.${problem.option}`, problem: problem.problem },
    });
  const eosIds = listOf(o.eos_token_id);
  return {
    beams: o.num_beams ?? 1,
    sequences: o.num_return_sequences ?? 1,
    doSample: o.do_sample ?? false,
    seed: o.seed ?? null,
    temperature: o.temperature ?? 1,
    topK: o.top_k ?? 50,
    topP: o.top_p ?? 1,
    minP: o.min_p ?? null,
    typicalP: o.typical_p ?? 1,
    epsilonCutoff: o.epsilon_cutoff ?? 0,
    lengthPenalty: o.length_penalty ?? 1,
    earlyStopping: o.early_stopping ?? false,
    repetitionPenalty: o.repetition_penalty ?? 1,
    noRepeatNgramSize: o.no_repeat_ngram_size ?? 0,
    badWordsIds: o.bad_words_ids ?? [],
    suppressTokens: o.suppress_tokens ?? [],
    beginSuppressTokens: o.begin_suppress_tokens ?? [],
    forcedBosId: o.forced_bos_token_id ?? null,
    forcedEosIds: listOf(o.forced_eos_token_id),
    eosIds,
    padId: o.pad_token_id ?? eosIds[0] ?? 0,
    decoderStartId: o.decoder_start_token_id ?? o.bos_token_id ?? null,
    renormalize: o.renormalize_logits ?? false,
    stopStrings: [o.stop_strings ?? []].flat(),
    length: {
      maxNewTokens: o.max_new_tokens ?? null,
      maxLength: o.max_length ?? null,
      minNewTokens: o.min_new_tokens ?? null,
      minLength: o.min_length ?? 0,
    },
    outputScores: o.output_scores ?? false,
    outputAttentions: o.output_attentions ?? false,
    skipSpecialTokens: o.skip_special_tokens ?? true,
    cleanUpSpaces: o.clean_up_tokenization_spaces ?? false,
  };
}

/**
 * The options of generation_config.json over those of config.json, where older folders have them, that are
 * known here and have a valid value. Others cannot be meant for this program.
 */
function readDefaults(model: Parameters<typeof planGeneration>[1]): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  const older = Object.entries(model.config).filter(
    ([name]) => name in generationOptions.shape && !notDefaults.has(name),
  );
  for (const [name, value] of [...older, ...Object.entries(model.defaults)]) {
    if (value === null || value === undefined) continue;
    const checked = generationOptions.safeParse({ [name]: value });
    if (checked.success) found[name] = value;
  }
  return found;
}

function drop(options: Record<string, unknown>, ...names: readonly string[]): void {
  for (const name of names) delete options[name];
}

function listOf(ids: number | readonly number[] | undefined): readonly number[] {
  return ids === undefined ? [] : [ids].flat();
}

/** Lengths in ids of the whole decoder text. */
export interface Lengths {
  readonly maxLength: number;
  readonly minLength: number;
}

/** New tokens when nobody says how many. */
const DEFAULT_NEW_TOKENS = 20;

/**
 * Lengths for a text that starts with `promptLength` ids and may have `positions` at the most.
 * Throws INPUT_INVALID when not a single token would fit.
 */
export function resolveLengths(
  wish: LengthWish,
  promptLength: number,
  positions: number | null,
): Lengths & { readonly isCut: boolean } {
  const wanted =
    wish.maxNewTokens !== null
      ? promptLength + wish.maxNewTokens
      : (wish.maxLength ?? promptLength + DEFAULT_NEW_TOKENS);
  const maxLength = Math.min(wanted, positions ?? wanted);
  if (promptLength >= maxLength) {
    const field = wish.maxNewTokens === null && wish.maxLength !== null ? 'options.max_length' : 'input';
    throw new AppError('INPUT_INVALID', {
      detail: {
        field,
        problem: `the text starts with ${promptLength} tokens and may have ${maxLength}, so that none can be written; shorten it or set max_new_tokens`,
      },
    });
  }
  const minLength = wish.minNewTokens !== null ? promptLength + wish.minNewTokens : wish.minLength;
  return { maxLength, minLength, isCut: maxLength < wanted };
}
