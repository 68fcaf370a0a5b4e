import { readTextIfThere } from '../../store/model-files.ts';
import { bertClasses } from '../config/lay-post-processor.ts';
import { type BuildTokenizer, requireKnown } from './builder.ts';
import { specialsIn, tokenizerFile, tokenOf } from './parts.ts';

/** vocab.txt: one piece a line, its id the number of the line. */
export const buildWordPiece: BuildTokenizer = async (folder, source, name) => {
  const text = await readTextIfThere(folder, 'vocab.txt', source.model);
  if (text === null) return null;
  const known = [...bertClasses, 'MPNetTokenizer'].filter((one) => !/Albert|Deberta/.test(one));
  requireKnown(name || 'BertTokenizer', 'vocab.txt', known);
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  const vocab = Object.fromEntries(lines.map((piece, id) => [piece, id]));
  const isMpnet = name === 'MPNetTokenizer';
  const token = (role: string, bert: string, mpnet: string): string =>
    tokenOf(source, role, isMpnet ? mpnet : bert);
  const unk = token('unk', '[UNK]', '[UNK]');
  const [cls, sep] = [token('cls', '[CLS]', '<s>'), token('sep', '[SEP]', '</s>')];
  const specials = [unk, cls, sep, token('pad', '[PAD]', '<pad>'), token('mask', '[MASK]', '<mask>')];
  const { config } = source;
  return tokenizerFile({
    added_tokens: specialsIn(
      (piece) => (Object.hasOwn(vocab, piece) ? vocab[piece] : undefined),
      specials.map((piece) => [piece]),
    ),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: config['tokenize_chinese_chars'] ?? true,
      strip_accents: config['strip_accents'] ?? null,
      lowercase: config['do_lower_case'] ?? true,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: isMpnet
      ? {
          type: 'RobertaProcessing',
          sep: [sep, vocab[sep]],
          cls: [cls, vocab[cls]],
          trim_offsets: true,
          add_prefix_space: false,
        }
      : null,
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: unk,
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab,
    },
  });
};
