import { layAddedTokens } from './lay-added-tokens.ts';
import { layNormalizer } from './lay-normalizer.ts';
import { layPostProcessor } from './lay-post-processor.ts';
import { layPrefixSpace } from './lay-prefix-space.ts';
import type { LaidOver, TokenizerFile, TokenizerSettings } from './tokenizer-file.ts';

/**
 * tokenizer.json with what tokenizer_config.json says laid over it, as transformers does when it opens a
 * folder. What neither file says stays as tokenizer.json has it. Throws Error naming a token of the settings
 * that the file cannot have.
 */
export function layConfig(file: TokenizerFile, settings: TokenizerSettings): LaidOver {
  const { file: added, warnings } = layAddedTokens(file, settings);
  const laid = layPostProcessor(layPrefixSpace(layNormalizer(added, settings), settings), settings);
  return { file: laid, warnings: [...warnings, ...unobeyed(settings)] };
}

/** Keys that change numbers and are not obeyed. */
function unobeyed({ config }: TokenizerSettings): string[] {
  const told: string[] = [];
  if (config['truncation_side'] === 'left')
    told.push('tokenizer_config.json asks to cut long texts at their start; they are cut at their end');
  if (config['split_special_tokens'] === true)
    told.push('tokenizer_config.json asks to split special tokens in texts; they stay whole');
  if (config['do_basic_tokenize'] === false)
    told.push('tokenizer_config.json switches basic tokenization off (do_basic_tokenize); it is on');
  return told;
}
