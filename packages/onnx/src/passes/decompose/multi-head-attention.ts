import { floatAttribute, intAttribute } from '../../attribute.ts';
import { maskPadding, rankOfMask } from './contrib-attention.ts';
import type { Decomposition } from './decomposition.ts';
import { attend, joinHeads, maskFuture, splitHeads } from './heads.ts';

/**
 * onnxruntime's MultiHeadAttention on separate [batch, tokens, heads·size] tensors; packed and cached forms
 * stay as they are.
 */
export const multiHeadAttention: Decomposition = (node, g) => {
  const [query = '', key = '', value = '', bias, mask, scoreBias, pastKey, pastValue] = node.input;
  if (!key || !value || bias || pastKey || pastValue || node.output.slice(1).some(Boolean)) return undefined;
  const maskRank = mask ? rankOfMask(g.graph, mask) : 0;
  if (maskRank === undefined || maskRank > 2) return undefined;
  const heads = intAttribute(node, 'num_heads', 1);
  const filler = floatAttribute(node, 'mask_filter_value', -10000);
  const result = attend(g, {
    query: splitHeads(g, query, heads),
    key: splitHeads(g, key, heads),
    value: splitHeads(g, value, heads),
    scale: floatAttribute(node, 'scale', 0) || undefined,
    mask: (scores) => {
      const causal = intAttribute(node, 'unidirectional', 0) === 1 ? maskFuture(g, scores) : scores;
      const padded = mask ? maskPadding(g, causal, mask, maskRank, filler) : causal;
      return scoreBias ? g.add(padded, scoreBias) : padded;
    },
  });
  return [joinHeads(g, result)];
};
