import {
  classOf,
  hasPart,
  mapParts,
  type Part,
  type TokenizerFile,
  type TokenizerSettings,
} from './tokenizer-file.ts';

/**
 * Classes without a BertNormalizer that read do_lower_case all the same; other classes take no notice of it.
 */
const lowering = new Set(['AlbertTokenizer', 'DebertaV2Tokenizer', 'XLNetTokenizer', 'CanineTokenizer']);

/** `do_lower_case`, `strip_accents` and `tokenize_chinese_chars` over the normalizer. */
export function layNormalizer(file: TokenizerFile, settings: TokenizerSettings): TokenizerFile {
  const { config, lowerCase } = settings;
  let normalizer = mapParts(file.normalizer, (part) =>
    part.type === 'BertNormalizer' ? bertNormalizer(part, config) : part,
  );
  const wanted = config['do_lower_case'];
  if (typeof wanted === 'boolean' && lowering.has(classOf(settings))) {
    if (!wanted) normalizer = mapParts(normalizer, (part) => (part.type === 'Lowercase' ? null : part));
    else if (!lowers(normalizer)) normalizer = behind({ type: 'Lowercase' }, normalizer);
  }
  if (lowerCase && !lowers(normalizer)) normalizer = behind({ type: 'Lowercase' }, normalizer);
  return { ...file, normalizer };
}

function bertNormalizer(part: Part, config: TokenizerSettings['config']): Part {
  const stated = (key: string): boolean => typeof config[key] === 'boolean';
  return {
    ...part,
    ...(stated('do_lower_case') && { lowercase: config['do_lower_case'] }),
    ...(stated('tokenize_chinese_chars') && { handle_chinese_chars: config['tokenize_chinese_chars'] }),
    ...((stated('strip_accents') || config['strip_accents'] === null) && {
      strip_accents: config['strip_accents'],
    }),
  };
}

function lowers(normalizer: Part | null): boolean {
  let found = hasPart(normalizer, 'Lowercase');
  mapParts(normalizer, (part) => {
    found ||= part.type === 'BertNormalizer' && part['lowercase'] === true;
    return part;
  });
  return found;
}

/** A normalizer behind another. */
function behind(first: Part, rest: Part | null): Part {
  const others = rest === null ? [] : rest.type === 'Sequence' ? (rest['normalizers'] as Part[]) : [rest];
  return { type: 'Sequence', normalizers: [first, ...others] };
}
