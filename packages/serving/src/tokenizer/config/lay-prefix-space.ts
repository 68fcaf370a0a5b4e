import {
  classOf,
  mapParts,
  type Part,
  type TokenizerFile,
  type TokenizerSettings,
} from './tokenizer-file.ts';

/** `add_prefix_space` over every part that adds one. T5's class always does, whatever is said. */
export function layPrefixSpace(file: TokenizerFile, settings: TokenizerSettings): TokenizerFile {
  const wanted = settings.config['add_prefix_space'];
  if (typeof wanted !== 'boolean' || classOf(settings) === 'T5Tokenizer') return file;
  const change = (part: Part): Part | null => {
    if (part.type === 'ByteLevel' || part.type === 'RobertaProcessing')
      return { ...part, add_prefix_space: wanted };
    if (part.type === 'Metaspace') return { ...part, prepend_scheme: schemeOf(part, wanted) };
    // Llama's older form puts the space in front by its normalizer, and takes it away in its decoder.
    const isLlamas = part.type === 'Prepend' && part['prepend'] === '▁';
    const isUndone = part.type === 'Strip' && part['content'] === ' ' && part['start'] === 1;
    return !wanted && (isLlamas || isUndone) ? null : part;
  };
  return {
    ...file,
    normalizer: emptyAsNull(mapParts(file.normalizer, change)),
    pre_tokenizer: mapParts(file.pre_tokenizer, change),
    post_processor: mapParts(file.post_processor, change),
    decoder: mapParts(file.decoder, change),
  };
}

function schemeOf(part: Part, wanted: boolean): unknown {
  if (!wanted) return 'never';
  return part['prepend_scheme'] === 'never' ? 'always' : part['prepend_scheme'];
}

function emptyAsNull(part: Part | null): Part | null {
  return part?.type === 'Sequence' && (part['normalizers'] as Part[]).length === 0 ? null : part;
}
