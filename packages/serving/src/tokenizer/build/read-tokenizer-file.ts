import { AppError } from '@tessera/base';
import { readJsonIfThere } from '../../store/model-files.ts';
import { classOf, type TokenizerFile, type TokenizerSettings } from '../config/tokenizer-file.ts';
import type { BuildTokenizer, TokenizerSource } from './builder.ts';
import { buildByteLevel } from './byte-level.ts';
import { buildSentencePiece } from './sentence-piece.ts';
import { buildWordPiece } from './word-piece.ts';

const builders: readonly BuildTokenizer[] = [buildWordPiece, buildByteLevel, buildSentencePiece];

/** Classes of model types that are common among folders without tokenizer_config.json. */
const classes: Readonly<Record<string, string>> = {
  albert: 'AlbertTokenizer',
  bart: 'BartTokenizer',
  bert: 'BertTokenizer',
  'deberta-v2': 'DebertaV2Tokenizer',
  distilbert: 'DistilBertTokenizer',
  electra: 'ElectraTokenizer',
  gpt2: 'GPT2Tokenizer',
  llama: 'LlamaTokenizer',
  longformer: 'RobertaTokenizer',
  mpnet: 'MPNetTokenizer',
  mobilebert: 'MobileBertTokenizer',
  mt5: 'T5Tokenizer',
  roberta: 'RobertaTokenizer',
  t5: 'T5Tokenizer',
  'xlm-roberta': 'XLMRobertaTokenizer',
};

/** The tokenizer's class in transformers: stated, or that of the model type; empty where neither is known. */
export function tokenizerClass(
  tokenizerConfig: TokenizerSettings['config'],
  config: TokenizerSettings['config'],
): string {
  const stated = tokenizerConfig['tokenizer_class'] ?? config['tokenizer_class'];
  return typeof stated === 'string' ? stated : (classes[String(config['model_type'])] ?? '');
}

/**
 * tokenizer.json of a folder; where there is none, the same made of vocab.txt, vocab.json with merges.txt, or
 * a SentencePiece model, as transformers 5 makes it for the tokenizer's class. Throws MODEL_FILES_MISSING,
 * MODEL_LOAD_FAILED.
 */
export async function readTokenizerFile(folder: string, source: TokenizerSource): Promise<TokenizerFile> {
  const found = await readJsonIfThere(folder, 'tokenizer.json', source.model);
  if (found) return found as unknown as TokenizerFile;
  const name = classOf(source);
  for (const build of builders) {
    const built = await build(folder, source, name).catch((cause: unknown) => {
      if (cause instanceof AppError) throw cause;
      const reason = (cause as Error).message;
      throw new AppError('MODEL_LOAD_FAILED', { detail: { model: source.model, reason }, cause });
    });
    if (built) return built;
  }
  throw new AppError('MODEL_FILES_MISSING', { detail: { model: source.model, file: 'tokenizer.json' } });
}
