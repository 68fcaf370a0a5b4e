import type { z } from 'zod';
import { type GenerationOptions, generationOptions } from './generation-options.ts';
import { guessOf } from './guess.ts';

/** What is wrong with one option, or with two together. */
export interface OptionProblem {
  readonly option: string;
  readonly problem: string;
}

export interface CheckedGeneration {
  readonly options: GenerationOptions;
  /** Empty when the options can be run. */
  readonly problems: readonly OptionProblem[];
  /** Options that have no effect beside the others. */
  readonly warnings: string[];
}

/**
 * Checks generation options before a job is queued. A null value counts as absent. Unknown names, values out
 * of range and contradictions are problems; options that the chosen way of decoding does not read are
 * warnings.
 */
export function checkGeneration(kwargs: Readonly<Record<string, unknown>>): CheckedGeneration {
  const given = Object.fromEntries(Object.entries(kwargs).filter(([, value]) => value !== null));
  const parsed = generationOptions.safeParse(given);
  if (!parsed.success)
    return { options: {}, problems: parsed.error.issues.flatMap(problemsOf), warnings: [] };
  return {
    options: parsed.data,
    problems: contradictions(parsed.data),
    warnings: idleOptions(parsed.data),
  };
}

const optionNames = Object.keys(generationOptions.shape);

function problemsOf(issue: z.core.$ZodIssue): OptionProblem[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((option) => ({
      option,
      problem: `is not a generation option of this server; it knows ${optionNames.join(', ')}.${guessOf(option, optionNames)}`,
    }));
  return [{ option: issue.path.join('.'), problem: issue.message }];
}

/** Pairs of options that cannot both hold. Also asked again when the model's own defaults are filled in. */
export function contradictions(o: GenerationOptions): OptionProblem[] {
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

function idleOptions(o: GenerationOptions): string[] {
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
