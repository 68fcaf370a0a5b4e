import type { SpecialTokens } from './tokenizer.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Ids of the special tokens: named in special_tokens_map.json or tokenizer_config.json, looked up in the
 * vocabulary, else `*_token_id` of config.json. A model without a padding token pads with its end token
 * (docs/square-wire.md#onnx-export).
 */
export function findSpecialTokens(
  sources: { readonly map: Fields; readonly tokenizerConfig: Fields; readonly config: Fields },
  tokenToId: (token: string) => number | null,
): SpecialTokens {
  const idOf = (role: string): number | null => {
    const token =
      contentOf(sources.map[`${role}_token`]) ?? contentOf(sources.tokenizerConfig[`${role}_token`]);
    const id = token === null ? null : tokenToId(token);
    if (id !== null) return id;
    const configured = sources.config[`${role}_token_id`];
    const first = Array.isArray(configured) ? configured[0] : configured;
    return typeof first === 'number' && first >= 0 ? first : null;
  };
  const eosId = idOf('eos');
  return {
    padId: idOf('pad') ?? eosId,
    clsId: idOf('cls'),
    sepId: idOf('sep'),
    maskId: idOf('mask'),
    unkId: idOf('unk'),
    bosId: idOf('bos'),
    eosId,
  };
}

/** A token is written as a string or as {content, lstrip, …}. */
function contentOf(token: unknown): string | null {
  if (typeof token === 'string') return token;
  if (typeof token === 'object' && token !== null && 'content' in token && typeof token.content === 'string')
    return token.content;
  return null;
}
