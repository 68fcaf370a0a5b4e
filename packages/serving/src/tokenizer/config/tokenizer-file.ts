/** A part of tokenizer.json by its type: a normalizer, a pre-tokenizer, a post-processor, a decoder. */
export interface Part {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** One entry of `added_tokens`. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  readonly normalized: boolean;
  readonly special: boolean;
}

/** The model of tokenizer.json; the vocabulary is a table, or for Unigram a list of pieces and scores. */
export interface ModelPart extends Part {
  readonly vocab: Readonly<Record<string, number>> | readonly (readonly [piece: string, score: number])[];
}

/** tokenizer.json, as far as it is read here. */
export interface TokenizerFile {
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: Part | null;
  readonly pre_tokenizer: Part | null;
  readonly post_processor: Part | null;
  readonly decoder: Part | null;
  readonly model: ModelPart;
  readonly [key: string]: unknown;
}

/** What stands beside tokenizer.json. */
export interface TokenizerSettings {
  /** tokenizer_config.json, over special_tokens_map.json. */
  readonly config: Readonly<Record<string, unknown>>;
  /** do_lower_case of sentence_bert_config.json. */
  readonly lowerCase: boolean;
}

/** A file and what a person should know of it. */
export interface LaidOver {
  readonly file: TokenizerFile;
  readonly warnings: readonly string[];
}

const lists = ['normalizers', 'pretokenizers', 'processors', 'decoders'] as const;

/** Changes every part of a tree, sequences looked into; `change` gives null to take a part out. */
export function mapParts(part: Part | null, change: (part: Part) => Part | null): Part | null {
  if (part === null) return null;
  if (part.type !== 'Sequence') return change(part);
  const list = lists.find((name) => Array.isArray(part[name]));
  if (list === undefined) return part;
  return { ...part, [list]: (part[list] as readonly Part[]).flatMap((one) => mapParts(one, change) ?? []) };
}

/** Whether any part of a tree is of a type. */
export function hasPart(part: Part | null, type: string): boolean {
  let found = false;
  mapParts(part, (one) => {
    found ||= one.type === type;
    return one;
  });
  return found;
}

/** The id of a token in the model's vocabulary. */
export function idInVocabulary({ model }: TokenizerFile, token: string): number | null {
  if (!Array.isArray(model.vocab)) {
    const table = model.vocab as Readonly<Record<string, number>>;
    return Object.hasOwn(table, token) ? table[token]! : null;
  }
  const id = (model.vocab as readonly (readonly [string, number])[]).findIndex(([piece]) => piece === token);
  return id < 0 ? null : id;
}

/** A special token's text, which a settings file writes as a string or as {content, lstrip, …}. */
export function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  if (typeof token === 'object' && token !== null && 'content' in token && typeof token.content === 'string')
    return token.content;
  return null;
}

/** A tokenizer class of transformers without "Fast", which means nothing any more. */
export function classOf({ config }: TokenizerSettings): string {
  return String(config['tokenizer_class'] ?? '').replace(/Fast$/, '');
}
