import type { TokenizerFile, TokenizerSettings } from '../config/tokenizer-file.ts';

export interface TokenizerSource extends TokenizerSettings {
  /** Named in errors. */
  readonly model: string;
}

/**
 * Builds a tokenizer of files without tokenizer.json; null where the folder lacks them. Throws Error for a
 * class not known.
 */
export type BuildTokenizer = (
  folder: string,
  source: TokenizerSource,
  name: string,
) => Promise<TokenizerFile | null>;

/** The class where a builder knows it; Error otherwise. */
export function requireKnown(name: string, file: string, known: Iterable<string>): void {
  const names = [...known];
  if (!names.includes(name))
    throw new Error(
      `there is no tokenizer.json, and of ${file} no ${name || 'tokenizer without a tokenizer_class'} can be made; known are ${names.join(', ')}`,
    );
}
