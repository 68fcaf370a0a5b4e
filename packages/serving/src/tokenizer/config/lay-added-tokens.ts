import {
  type AddedToken,
  contentOf,
  idInVocabulary,
  type LaidOver,
  type ModelPart,
  type TokenizerFile,
  type TokenizerSettings,
} from './tokenizer-file.ts';

const roles = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'];

/**
 * `added_tokens_decoder` over the added tokens, ids and all, and the special tokens that are named and only
 * in the vocabulary: each is one token wherever it stands in a text. Where both files give an id to different
 * texts, the settings hold and the model is warned of. Throws Error naming a token that cannot be had under
 * its id.
 */
export function layAddedTokens(file: TokenizerFile, { config }: TokenizerSettings): LaidOver {
  const warnings: string[] = [];
  let laid = file;
  for (const token of stated(config['added_tokens_decoder'])) laid = place(laid, token, warnings);
  for (const content of named(config)) {
    const id = idInVocabulary(laid, content);
    if (id !== null && !laid.added_tokens.some((token) => token.content === content))
      laid = withAdded(laid, { ...plain, id, content, special: true });
  }
  return { file: laid, warnings };
}

const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };

function stated(decoder: unknown): AddedToken[] {
  if (typeof decoder !== 'object' || decoder === null) return [];
  return Object.entries(decoder)
    .flatMap(([id, entry]) => {
      const content = contentOf(entry);
      const flags = typeof entry === 'object' && entry !== null ? (entry as Partial<AddedToken>) : {};
      return content === null
        ? []
        : [{ ...plain, normalized: !flags.special, ...flags, id: Number(id), content }];
    })
    .map(({ id, content, single_word, lstrip, rstrip, normalized, special }) => ({
      id,
      content,
      single_word,
      lstrip,
      rstrip,
      normalized,
      special,
    }))
    .sort((a, b) => a.id - b.id);
}

function named(config: TokenizerSettings['config']): string[] {
  const more = [config['additional_special_tokens'] ?? []].flat();
  return [...roles.map((role) => config[`${role}_token`]), ...more].flatMap(
    (token) => contentOf(token) ?? [],
  );
}

function place(file: TokenizerFile, token: AddedToken, warnings: string[]): TokenizerFile {
  const { id, content } = token;
  const added = file.added_tokens.find((one) => one.content === content);
  const known = added?.id ?? idInVocabulary(file, content);
  if (known === id) return withAdded(file, token);
  const what = `tokenizer_config.json has ${JSON.stringify(content)} as token ${id}`;
  if (known !== null) throw new Error(`${what}, tokenizer.json as ${known}`);
  const other = tokenWithId(file, id);
  if (other !== null) {
    warnings.push(`${what}, which is ${JSON.stringify(other)} in tokenizer.json; the former is used`);
    return withAdded({ ...file, model: renamed(file.model, other, content, what) }, token);
  }
  const next = Math.max(sizeOf(file.model), ...file.added_tokens.map((one) => one.id + 1));
  if (id === next) return withAdded(file, token);
  if (Array.isArray(file.model.vocab)) throw new Error(`${what}, and tokenizer.json ends at ${next - 1}`);
  // A table may have gaps, so the token takes its id from there.
  return withAdded(
    { ...file, model: { ...file.model, vocab: { ...file.model.vocab, [content]: id } } as ModelPart },
    token,
  );
}

function withAdded(file: TokenizerFile, token: AddedToken): TokenizerFile {
  const others = file.added_tokens.filter(({ content }) => content !== token.content);
  return { ...file, added_tokens: [...others, token].sort((a, b) => a.id - b.id) };
}

function sizeOf({ vocab }: ModelPart): number {
  return Array.isArray(vocab) ? vocab.length : Object.keys(vocab).length;
}

function tokenWithId({ model, added_tokens: added }: TokenizerFile, id: number): string | null {
  const other = added.find((token) => token.id === id);
  if (other) return other.content;
  if (Array.isArray(model.vocab)) return (model.vocab as readonly [string, number][])[id]?.[0] ?? null;
  return Object.entries(model.vocab).find(([, known]) => known === id)?.[0] ?? null;
}

/** A model whose piece has another text. Throws Error when merges need the old one. */
function renamed(model: ModelPart, from: string, to: string, what: string): ModelPart {
  if (Array.isArray(model.vocab))
    return {
      ...model,
      vocab: (model.vocab as readonly (readonly [string, number])[]).map(([piece, score]) =>
        piece === from ? ([to, score] as const) : ([piece, score] as const),
      ),
    };
  const merges = (model['merges'] ?? []) as readonly (string | readonly string[])[];
  const needs = (merge: string | readonly string[]): boolean => {
    const [left, right] = typeof merge === 'string' ? merge.split(' ') : merge;
    return left === from || right === from || `${left}${right}` === from;
  };
  if (merges.some(needs)) throw new Error(`${what}, which is ${JSON.stringify(from)} in tokenizer.json`);
  const entries = Object.entries(model.vocab).map(([piece, id]) => [piece === from ? to : piece, id]);
  return { ...model, vocab: Object.fromEntries(entries) as Record<string, number> };
}
