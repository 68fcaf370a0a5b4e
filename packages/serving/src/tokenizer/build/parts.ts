import {
  type AddedToken,
  contentOf,
  type TokenizerFile,
  type TokenizerSettings,
} from '../config/tokenizer-file.ts';

/** An added token that is special, as transformers makes those that a class names. */
export function specialToken(id: number, content: string, more: Partial<AddedToken> = {}): AddedToken {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
    ...more,
  };
}

/** The text of a role's token: the settings' own, else the class's. */
export function tokenOf(settings: TokenizerSettings, role: string, fallback: string): string {
  return contentOf(settings.config[`${role}_token`]) ?? fallback;
}

/** What every tokenizer.json has beside its parts. */
export function tokenizerFile(parts: Pick<TokenizerFile, 'model'> & Partial<TokenizerFile>): TokenizerFile {
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    ...parts,
  };
}

/** Special tokens that the vocabulary has, in the order of their ids. */
export function specialsIn(
  idOf: (token: string) => number | undefined,
  tokens: readonly (readonly [token: string, more?: Partial<AddedToken>])[],
): AddedToken[] {
  const found = new Map<string, AddedToken>();
  for (const [token, more] of tokens) {
    const id = idOf(token);
    if (id !== undefined) found.set(token, specialToken(id, token, more));
  }
  return [...found.values()].sort((a, b) => a.id - b.id);
}
