import { join } from 'node:path';
import { AppError } from '@tessera/base';
import type { TextInput } from '@tessera/contracts';
import { type JsEncoding, Tokenizer as NativeTokenizer } from 'tokenizers';
import { readJson, readJsonIfThere } from '../store/model-files.ts';
import { transformerPath } from '../store/sentence/read-modules.ts';
import { readSentenceConfig } from '../store/sentence/read-settings.ts';
import { readTokenizerFile, tokenizerClass } from './build/read-tokenizer-file.ts';
import { clipText } from './clip-text.ts';
import { layConfig } from './config/lay-config.ts';
import type { LaidOver, TokenizerFile, TokenizerSettings } from './config/tokenizer-file.ts';
import { columnsOf, EncodingView, textStretches } from './encoding-view.ts';
import { longestInput } from './length-limit.ts';
import { findSpecialTokens } from './special-tokens.ts';
import type { EncodeOptions, Encoding, Tokenizer } from './tokenizer.ts';
import { maxWindows, windowStretches } from './windows.ts';

/** A tokenizer, and what a person should know of how its files were read. */
export interface LoadedTokenizer {
  readonly tokenizer: Tokenizer;
  readonly warnings: readonly string[];
}

/** {@link openTokenizer} for those who need no warnings. */
export async function loadTokenizer(folder: string, model = folder): Promise<Tokenizer> {
  return (await openTokenizer(folder, model)).tokenizer;
}

/**
 * The tokenizer of a model folder: tokenizer.json, or what the older files give (see readTokenizerFile), with
 * tokenizer_config.json and special_tokens_map.json laid over it; limits from these, config.json and
 * sentence_bert_config.json. Truncation and padding that tokenizer.json may carry are ignored: cutting is
 * done here, because the native setting is shared by all calls under way. Throws MODEL_FILES_MISSING,
 * MODEL_LOAD_FAILED.
 */
export async function openTokenizer(modelFolder: string, model: string): Promise<LoadedTokenizer> {
  const folder = join(modelFolder, await transformerPath(modelFolder, model));
  const [config, tokenizerConfig, map, sentenceConfig] = await Promise.all([
    readJson(folder, 'config.json', model),
    readJsonIfThere(folder, 'tokenizer_config.json', model),
    readJsonIfThere(folder, 'special_tokens_map.json', model),
    readSentenceConfig(folder, model),
  ]);
  const settings = {
    config: {
      ...map,
      ...tokenizerConfig,
      tokenizer_class: tokenizerClass(tokenizerConfig ?? {}, config),
    },
    lowerCase: sentenceConfig?.['do_lower_case'] === true,
  };
  const file = await readTokenizerFile(folder, { ...settings, model });
  const { native, warnings } = parseTokenizer(file, settings, model);
  const specials = findSpecialTokens(
    { map: map ?? {}, tokenizerConfig: tokenizerConfig ?? {}, config },
    (token) => native.tokenToId(token),
  );
  const encodeNatively: EncodeNatively = (text, pair, addSpecialTokens) =>
    native.encode(text, pair, { addSpecialTokens }).catch((cause: Error) => {
      // A vocabulary that does not hold what the tokenizer falls back to shows with the first text that needs
      // it.
      const reason = `its tokenizer.json cannot take this text apart (${cause.message}). Export it again`;
      throw new AppError('MODEL_RUN_FAILED', { detail: { model, reason }, cause });
    });
  const encode = async (input: TextInput, options: EncodeOptions): Promise<readonly Encoding[]> => {
    const [text, pair] = await clipInput(encodeNatively, input, options);
    const { addSpecialTokens } = options;
    return windowsOf(await encodeNatively(text, pair, addSpecialTokens), options);
  };
  const tokenizer: Tokenizer = {
    specials,
    vocabularySize: native.getVocabSize(true),
    maxLength: longestInput({ config, tokenizerConfig: tokenizerConfig ?? {}, sentenceConfig }),
    encode,
    encodeAll: (inputs, options) => Promise.all(inputs.map((input) => encode(input, options))),
    decode: (ids, { skipSpecialTokens }) => native.decode([...ids], skipSpecialTokens),
    idToToken: (id) => (Number.isInteger(id) && id >= 0 ? native.idToToken(id) : null),
    tokenToId: (token) => native.tokenToId(token.toWellFormed()),
  };
  return { tokenizer, warnings };
}

function parseTokenizer(
  file: TokenizerFile,
  settings: TokenizerSettings,
  model: string,
): { readonly native: NativeTokenizer; readonly warnings: readonly string[] } {
  const fail = (reason: string, cause: unknown): AppError =>
    new AppError('MODEL_LOAD_FAILED', { detail: { model, reason }, cause });
  // What is no tokenizer at all is left to the library, whose message says more.
  let laid: LaidOver = { file, warnings: [] };
  if (Array.isArray(file.added_tokens) && typeof file.model?.vocab === 'object') {
    try {
      laid = layConfig(file, settings);
    } catch (cause) {
      throw fail((cause as Error).message, cause);
    }
  }
  try {
    const native = NativeTokenizer.fromString(JSON.stringify(laid.file));
    native.disableTruncation();
    native.disablePadding();
    return { native, warnings: laid.warnings };
  } catch (cause) {
    throw fail(`tokenizer.json is not a tokenizer file (${(cause as Error).message})`, cause);
  }
}

type EncodeNatively = (text: string, pair: string | null, addSpecialTokens: boolean) => Promise<JsEncoding>;

/**
 * Well-formed text (a lone surrogate becomes U+FFFD, so that offsets hold), cut far behind the last token
 * that counts.
 */
async function clipInput(
  encode: EncodeNatively,
  input: TextInput,
  options: EncodeOptions,
): Promise<readonly [text: string, pair: string | null]> {
  const windows = options.stride === null ? 1 : maxWindows + 1;
  const clip = (text: string): Promise<string> =>
    clipText(text.toWellFormed(), options.maxLength * windows, async (prefix) =>
      (await encode(prefix, null, false)).getLength(),
    );
  return typeof input === 'string' ? [await clip(input), null] : [await clip(input[0]), await clip(input[1])];
}

function windowsOf(native: JsEncoding, options: EncodeOptions): readonly Encoding[] {
  const columns = columnsOf(native);
  if (columns.length <= options.maxLength) return [new EncodingView(columns, [[0, columns.length]])];
  return windowStretches(textStretches(columns), options).map(
    (stretches) => new EncodingView(columns, stretches),
  );
}
