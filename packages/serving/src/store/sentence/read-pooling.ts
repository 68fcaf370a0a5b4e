import type { JsonFields } from '../model-files.ts';
import { poolingModes, type SentencePooling, type SentenceStep } from './steps.ts';

/** Flags of older files, in the order in which sentence-transformers joins their vectors. */
const flags: readonly (readonly [key: string, mode: SentencePooling])[] = [
  ['pooling_mode_cls_token', 'cls'],
  ['pooling_mode_max_tokens', 'max'],
  ['pooling_mode_mean_tokens', 'mean'],
  ['pooling_mode_mean_sqrt_len_tokens', 'mean_sqrt_len_tokens'],
  ['pooling_mode_weightedmean_tokens', 'weightedmean'],
  ['pooling_mode_lasttoken', 'lasttoken'],
];

/** A Pooling module by its config.json. `refuse` names the file. */
export function readPooling(config: JsonFields, refuse: (reason: string) => never): SentenceStep {
  const width = config['embedding_dimension'] ?? config['word_embedding_dimension'];
  return {
    kind: 'pooling',
    width: typeof width === 'number' ? width : null,
    modes: modesOf(config, refuse),
    includePrompt: config['include_prompt'] !== false,
  };
}

function modesOf(config: JsonFields, refuse: (reason: string) => never): readonly SentencePooling[] {
  const named = config['pooling_mode'];
  if (named === undefined || named === null) {
    if (!flags.some(([key]) => key in config)) return refuse('names no pooling mode');
    const set = flags.filter(([key]) => config[key] === true).map(([, mode]) => mode);
    return set.length > 0 ? set : ['mean'];
  }
  const modes = [named].flat().flatMap((mode) => String(mode).split('+'));
  return modes.map(
    (mode) =>
      poolingModes.find(
        (known) => known === mode || (known === 'mean_sqrt_len_tokens' && mode === 'mean_sqrt_len'),
      ) ?? refuse(`asks for the pooling mode ${mode}; known are ${poolingModes.join(', ')}`),
  );
}
