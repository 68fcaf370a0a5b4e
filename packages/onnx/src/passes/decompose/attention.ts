import { attributeOf, floatAttribute, intAttribute } from '../../attribute.ts';
import type { Emitter, Value } from '../../emitter.ts';
import { isBoolean } from '../../infer-boolean.ts';
import type { Decomposition } from './decomposition.ts';
import { attend, joinHeads, maskFuture, splitHeads } from './heads.ts';

/**
 * ONNX's own attention of opset 23: queries, keys and values [batch, heads, tokens, size], or [batch, tokens,
 * heads·size] with `q_num_heads`; fewer key heads than query heads are shared. Forms with a cache stay as
 * they are.
 */
export const attention: Decomposition = (node, g) => {
  const [q = '', k = '', v = '', mask, pastKey, pastValue, lengths] = node.input;
  if (pastKey || pastValue || lengths || node.output.slice(1).some((output) => output !== ''))
    return undefined;
  const queryHeads = intAttribute(node, 'q_num_heads', 0);
  const keyHeads = intAttribute(node, 'kv_num_heads', 0);
  const flat = queryHeads > 0;
  const softcap = floatAttribute(node, 'softcap', 0);
  const shared = (x: Value) => (flat && keyHeads < queryHeads ? repeatHeads(g, x, keyHeads, queryHeads) : x);
  const result = attend(g, {
    query: flat ? splitHeads(g, q, queryHeads) : q,
    key: shared(flat ? splitHeads(g, k, keyHeads) : k),
    value: shared(flat ? splitHeads(g, v, keyHeads) : v),
    scale: attributeOf(node, 'scale') && floatAttribute(node, 'scale', 1),
    mask: (raw) => {
      const capped = softcap === 0 ? raw : g.mul(g.tanh(g.div(raw, softcap)), softcap);
      const causal = intAttribute(node, 'is_causal', 0) === 1 ? maskFuture(g, capped) : capped;
      if (!mask) return causal;
      return isBoolean(g.graph, mask) ? g.where(mask, causal, Number.NEGATIVE_INFINITY) : g.add(causal, mask);
    },
  });
  return [flat ? joinHeads(g, result) : result];
};

/** [batch, K, tokens, size] → [batch, Q, tokens, size], every key head serving Q/K query heads. */
function repeatHeads(g: Emitter, x: Value, keyHeads: number, queryHeads: number): Value {
  const copies = g.op('Tile', [g.unsqueeze(x, [2]), g.ints([1, 1, queryHeads / keyHeads, 1, 1])]);
  const tail = g.slice(g.shape(x), g.ints([2]), g.ints([4]), [0]);
  return g.reshape(copies, g.concat([g.ints([0, queryHeads]), tail], 0));
}
