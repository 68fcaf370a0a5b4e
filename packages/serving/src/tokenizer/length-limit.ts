/** What the limit of a model's input is worked out from; all of it comes from files of the model's folder. */
export interface LengthSources {
  /** config.json */
  readonly config: Readonly<Record<string, unknown>>;
  /** tokenizer_config.json */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** sentence_bert_config.json or an older name of it; null for other models. */
  readonly sentenceConfig: Readonly<Record<string, unknown>> | null;
}

/** Longest input of a model that sets no limit itself; attention is quadratic, so there has to be one. */
export const unboundedLength = 32_768;

/** transformers writes "no limit" as int(1e30). */
const sentinel = 1e9;

/**
 * Positions of these start after the padding id, so that many rows of their position table are never used.
 */
const positionsAfterPadding = new Set([
  'camembert',
  'data2vec-text',
  'esm',
  'ibert',
  'layoutlmv3',
  'lilt',
  'longformer',
  'luke',
  'markuplm',
  'mluke',
  'mpnet',
  'roberta',
  'roberta-prelayernorm',
  'xlm-roberta',
  'xlm-roberta-xl',
  'xmod',
]);

/** Relative positions only: max_position_embeddings, where it is set at all, is no limit. */
const withoutPositions = new Set(['t5', 'mt5', 'umt5', 'longt5', 'xlnet', 'bloom', 'mpt']);

const positionFields = [
  'max_position_embeddings',
  'n_positions',
  'n_ctx',
  'max_seq_len',
  'max_sequence_length',
];

/**
 * Tokens of the longest input, specials included: the lesser of the positions and the limit of
 * sentence_bert_config.json, which sentence-transformers puts in the place of the tokenizer's own.
 */
export function longestInput(sources: LengthSources): number {
  const limits = [
    (sources.sentenceConfig && countIn(sources.sentenceConfig, 'max_seq_length')) ??
      countIn(sources.tokenizerConfig, 'model_max_length'),
    maxPositions(sources.config),
  ].filter((limit) => limit !== null);
  return Math.min(unboundedLength, ...limits);
}

/** Positions a token may have by config.json; null when nothing there limits them. */
export function maxPositions(config: Readonly<Record<string, unknown>>): number | null {
  const architecture = String(config['model_type'] ?? '');
  if (withoutPositions.has(architecture)) return null;
  const field = positionFields.find((name) => countIn(config, name) !== null);
  if (field === undefined) return null;
  const rows = countIn(config, field)!;
  if (!positionsAfterPadding.has(architecture)) return rows;
  const padId = typeof config['pad_token_id'] === 'number' ? config['pad_token_id'] : 1;
  return rows - padId - 1;
}

function countIn(object: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = object[name];
  return typeof value === 'number' && value > 0 && value < sentinel ? Math.floor(value) : null;
}
