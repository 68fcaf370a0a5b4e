import { readJsonIfThere, readTextIfThere } from '../../store/model-files.ts';
import { robertaClasses } from '../config/lay-post-processor.ts';
import { type BuildTokenizer, requireKnown } from './builder.ts';
import { specialsIn, tokenizerFile, tokenOf } from './parts.ts';

/** vocab.json and merges.txt: BPE over bytes, as GPT-2 and RoBERTa have it. */
export const buildByteLevel: BuildTokenizer = async (folder, source, name) => {
  const [vocabulary, text] = await Promise.all([
    readJsonIfThere(folder, 'vocab.json', source.model),
    readTextIfThere(folder, 'merges.txt', source.model),
  ]);
  if (vocabulary === null || text === null) return null;
  const robertas = [...robertaClasses].filter((one) => !/XLM|Camembert|MPNet/.test(one));
  requireKnown(name, 'vocab.json and merges.txt', [...robertas, 'GPT2Tokenizer']);
  const vocab = vocabulary as Record<string, number>;
  const merges = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#version'))
    .map((line) => line.split(' '));
  const isRoberta = name !== 'GPT2Tokenizer';
  const addPrefixSpace = source.config['add_prefix_space'] === true;
  const token = (role: string, roberta: string): string =>
    tokenOf(source, role, isRoberta ? roberta : '<|endoftext|>');
  const [cls, sep] = [token('cls', '<s>'), token('sep', '</s>')];
  const roles: [string, string][] = isRoberta
    ? [
        ['bos', '<s>'],
        ['eos', '</s>'],
        ['sep', '</s>'],
        ['cls', '<s>'],
        ['unk', '<unk>'],
        ['pad', '<pad>'],
        ['mask', '<mask>'],
      ]
    : [
        ['bos', ''],
        ['eos', ''],
        ['unk', ''],
      ];
  const idOf = (piece: string): number | undefined =>
    Object.hasOwn(vocab, piece) ? vocab[piece] : undefined;
  const named = roles.map(([role, fallback]) => [token(role, fallback)] as const);
  return tokenizerFile({
    added_tokens: specialsIn(idOf, named),
    pre_tokenizer: {
      type: 'ByteLevel',
      add_prefix_space: addPrefixSpace,
      trim_offsets: true,
      use_regex: true,
    },
    post_processor: isRoberta
      ? {
          type: 'RobertaProcessing',
          sep: [sep, idOf(sep)],
          cls: [cls, idOf(cls)],
          trim_offsets: source.config['trim_offsets'] ?? true,
          add_prefix_space: addPrefixSpace,
        }
      : { type: 'ByteLevel', add_prefix_space: addPrefixSpace, trim_offsets: false, use_regex: true },
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      vocab,
      merges,
    },
  });
};
