import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AddedToken, ModelPart, Part, TokenizerFile } from '../config/tokenizer-file.ts';
import { type BuildTokenizer, requireKnown, type TokenizerSource } from './builder.ts';
import { specialsIn, specialToken, tokenizerFile, tokenOf } from './parts.ts';
import { pieceTypes, readSentencePiece, type SentencePieceModel } from './read-spm.ts';
import { mergesOf } from './spm-merges.ts';

/** Names of SentencePiece models, by the tokenizer that reads them. */
export const sentencePieceFiles = [
  'spiece.model',
  'sentencepiece.bpe.model',
  'spm.model',
  'tokenizer.model',
] as const;

type Piece = readonly [piece: string, score: number];

interface Kind {
  readonly pieces: (model: SentencePieceModel, source: TokenizerSource) => readonly Piece[];
  readonly unkId: (model: SentencePieceModel, pieces: readonly Piece[]) => number;
  readonly normalizers: (charsmap: Part[], source: TokenizerSource) => readonly Part[];
  readonly splitsSpace: boolean;
  /** Default texts of the special tokens. */
  readonly roles: Readonly<Record<string, string>>;
  /** Around a text and around the second of a pair, which has the type `secondType`. */
  readonly single: readonly string[];
  readonly second: readonly string[];
  readonly secondType: 0 | 1;
}

const asTheyAre = (model: SentencePieceModel): readonly Piece[] =>
  model.pieces.map(({ piece, score }) => [piece, score]);

const replace = (from: string, to: string): Part => ({
  type: 'Replace',
  pattern: { String: from },
  content: to,
});

const bertRoles = {
  bos: '[CLS]',
  eos: '[SEP]',
  unk: '<unk>',
  sep: '[SEP]',
  pad: '<pad>',
  cls: '[CLS]',
  mask: '[MASK]',
};
const bertTemplate = { single: ['cls', 'A', 'sep'], second: ['B', 'sep'], secondType: 1 } as const;

const kinds: Readonly<Record<string, Kind>> = {
  T5Tokenizer: {
    pieces: (model, { config }) => {
      const extra = typeof config['extra_ids'] === 'number' ? config['extra_ids'] : 100;
      return [
        ...asTheyAre(model),
        ...Array.from({ length: extra }, (_, i) => [`<extra_id_${extra - 1 - i}>`, 0] as const),
      ];
    },
    unkId: () => 2,
    normalizers: (charsmap) => charsmap,
    splitsSpace: true,
    roles: { eos: '</s>', unk: '<unk>', pad: '<pad>' },
    single: ['A', 'eos'],
    second: ['B', 'eos'],
    secondType: 0,
  },
  XLMRobertaTokenizer: {
    // fairseq put its own special tokens in front, so that every id is one higher than in the file.
    pieces: (model) => [
      ['<s>', 0],
      ['<pad>', 0],
      ['</s>', 0],
      ['<unk>', 0],
      ...asTheyAre(model).slice(3),
      ['<mask>', 0],
    ],
    unkId: () => 3,
    normalizers: (charsmap) => charsmap,
    splitsSpace: true,
    roles: { bos: '<s>', eos: '</s>', unk: '<unk>', sep: '</s>', pad: '<pad>', cls: '<s>', mask: '<mask>' },
    single: ['bos', 'A', 'eos'],
    second: ['eos', 'B', 'eos'],
    secondType: 0,
  },
  AlbertTokenizer: {
    pieces: asTheyAre,
    unkId: () => 1,
    normalizers: (charsmap, { config }) => [
      replace('``', '"'),
      replace("''", '"'),
      ...(config['keep_accents'] === true ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
      ...(config['do_lower_case'] === false ? [] : [{ type: 'Lowercase' }]),
      ...charsmap,
    ],
    splitsSpace: true,
    roles: bertRoles,
    ...bertTemplate,
  },
  DebertaV2Tokenizer: {
    pieces: asTheyAre,
    unkId: (model, pieces) => {
      const found = pieces.findIndex(([piece, score]) => piece === '[UNK]' && score === 0);
      return found >= 0 ? found : model.unkId;
    },
    normalizers: (_, { config }) => [
      ...(config['do_lower_case'] === true ? [{ type: 'Lowercase' }] : []),
      { type: 'Replace', pattern: { Regex: '\\s{2,}|[\\n\\r\\t]' }, content: ' ' },
      { type: 'NFC' },
      { type: 'Strip', strip_left: false, strip_right: true },
    ],
    splitsSpace: false,
    roles: { ...bertRoles, unk: '[UNK]', pad: '[PAD]' },
    ...bertTemplate,
  },
};

/** A SentencePiece model: unigram as T5, XLM-R, ALBERT and DeBERTa read it, BPE as Llama does. */
export const buildSentencePiece: BuildTokenizer = async (folder, source, name) => {
  for (const file of sentencePieceFiles) {
    const bytes = await readFile(join(folder, file)).catch(() => null);
    if (bytes === null) continue;
    requireKnown(name, file, [...Object.keys(kinds), 'LlamaTokenizer']);
    let model: SentencePieceModel;
    try {
      model = readSentencePiece(bytes);
    } catch (cause) {
      throw new Error(`${file} is not a SentencePiece model (${(cause as Error).message})`, { cause });
    }
    const algorithm = name === 'LlamaTokenizer' ? 2 : 1;
    if (model.modelType !== algorithm)
      throw new Error(`${file} is of type ${model.modelType}, and ${name} needs type ${algorithm}`);
    return name === 'LlamaTokenizer' ? llama(model, source) : unigram(model, source, kinds[name]!, name);
  }
  return null;
};

function unigram(
  model: SentencePieceModel,
  source: TokenizerSource,
  kind: Kind,
  name: string,
): TokenizerFile {
  const vocab = kind.pieces(model, source);
  const ids = new Map(vocab.map(([piece], id) => [piece, id]));
  const role = (of: string): string => tokenOf(source, of, kind.roles[of]!);
  const charsmap: Part[] =
    model.charsmap.length > 0
      ? [{ type: 'Precompiled', precompiled_charsmap: Buffer.from(model.charsmap).toString('base64') }]
      : [];
  const normalizers = kind.normalizers(charsmap, source);
  const never = name === 'DebertaV2Tokenizer' ? 'first' : 'never';
  const metaspace: Part = {
    type: 'Metaspace',
    replacement: '▁',
    prepend_scheme: name !== 'T5Tokenizer' && source.config['add_prefix_space'] === false ? never : 'always',
    split: true,
  };
  const piece = (type: 0 | 1) => (of: string) =>
    of === 'A' || of === 'B'
      ? { Sequence: { id: of, type_id: type } }
      : { SpecialToken: { id: role(of), type_id: type } };
  const around = [
    ...new Set([...kind.single, ...kind.second].filter((of) => of !== 'A' && of !== 'B').map(role)),
  ];
  const masks = new Set(['mask']);
  return tokenizerFile({
    added_tokens: [
      ...controls(model, ids),
      ...specialsIn(
        (token) => ids.get(token),
        [
          ...Object.keys(kind.roles).map((of) => [role(of), masks.has(of) ? maskFlags(name) : {}] as const),
          ...vocab.flatMap(([token]) => (/^<extra_id_\d+>$/.test(token) ? [[token] as const] : [])),
        ],
      ),
    ].filter((token, at, all) => all.findLastIndex(({ content }) => content === token.content) === at),
    normalizer: normalizers.length === 0 ? null : { type: 'Sequence', normalizers },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [
        ...(kind.splitsSpace ? [{ type: 'WhitespaceSplit' }] : []),
        ...(source.config['split_by_punct'] === true ? [{ type: 'Punctuation', behavior: 'Isolated' }] : []),
        metaspace,
      ],
    },
    post_processor: {
      type: 'TemplateProcessing',
      single: kind.single.map(piece(0)),
      pair: [...kind.single.map(piece(0)), ...kind.second.map(piece(kind.secondType))],
      special_tokens: Object.fromEntries(
        around.map((token) => [token, { id: token, ids: [ids.get(token)], tokens: [token] }]),
      ),
    },
    decoder: metaspace,
    model: { type: 'Unigram', unk_id: kind.unkId(model, vocab), vocab, byte_fallback: false } as ModelPart,
  });
}

function maskFlags(name: string): Partial<AddedToken> {
  return name === 'T5Tokenizer' ? {} : { lstrip: true };
}

/** Control pieces are special; pieces that the training was told to keep whole are not. */
function controls(model: SentencePieceModel, ids: ReadonlyMap<string, number>): AddedToken[] {
  return model.pieces.flatMap(({ piece, type }) =>
    (type === pieceTypes.control || type === pieceTypes.userDefined) && ids.has(piece)
      ? [specialToken(ids.get(piece)!, piece, { special: type === pieceTypes.control })]
      : [],
  );
}

function llama(model: SentencePieceModel, source: TokenizerSource): TokenizerFile {
  const vocab = Object.fromEntries(model.pieces.map(({ piece }, id) => [piece, id]));
  const ids = new Map(Object.entries(vocab));
  const prefix = source.config['add_prefix_space'] !== false;
  const scheme = source.config['legacy'] === true ? 'always' : 'first';
  const roles = ['<unk>', '<s>', '</s>'].map((token, i) => tokenOf(source, ['unk', 'bos', 'eos'][i]!, token));
  return tokenizerFile({
    added_tokens: [
      ...controls(model, ids),
      ...specialsIn(
        (token) => ids.get(token),
        roles.map((token) => [token]),
      ),
    ].filter((token, at, all) => all.findLastIndex(({ content }) => content === token.content) === at),
    pre_tokenizer: {
      type: 'Metaspace',
      replacement: '▁',
      prepend_scheme: prefix ? scheme : 'never',
      split: false,
    },
    decoder: {
      type: 'Sequence',
      decoders: [
        replace('▁', ' '),
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      // Bytes stand for what the vocabulary lacks, as transformers has it.
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab,
      merges: mergesOf(vocab),
    },
  });
}
