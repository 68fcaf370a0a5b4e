import { floatAttribute, intAttribute, intsAttribute } from '../../attribute.ts';
import { DataType } from '../../data-type.ts';
import type { Emitter, Value } from '../../emitter.ts';
import type { Graph } from '../../graph.ts';
import { operatorName } from '../../node.ts';
import { tensorDims } from '../../tensor.ts';
import { declaredDims } from '../../value-info.ts';
import type { Decomposition } from './decomposition.ts';
import { attend, joinHeads, maskFuture, splitHeads } from './heads.ts';

/**
 * onnxruntime's Attention: one projection to queries, keys and values, then attention. Caches and rotation
 * stay as they are.
 */
export const contribAttention: Decomposition = (node, g) => {
  const [x = '', weights = '', bias, mask, past, scoreBias] = node.input;
  const stored = g.graph.initializers.get(weights);
  if (past || intAttribute(node, 'do_rotary', 0) || node.output[1] || !stored) return undefined;
  const maskRank = mask ? rankOfMask(g.graph, mask) : 0;
  if (maskRank === undefined || maskRank > 2) return undefined;
  const heads = intAttribute(node, 'num_heads', 1);
  const third = (tensorDims(stored)[1] ?? 0) / 3;
  const sizes = intsAttribute(node, 'qkv_hidden_sizes') ?? [third, third, third];
  const projected = g.matMul(x, weights);
  const parts = g.ops('Split', [bias ? g.add(projected, bias) : projected, g.ints(sizes)], { axis: 2 }, 3);
  const [query = '', key = '', value = ''] = parts.map((part) => splitHeads(g, part, heads));
  const scale = floatAttribute(node, 'scale', 0) || 1 / Math.sqrt((sizes[0] as number) / heads);
  const filler = floatAttribute(node, 'mask_filter_value', -10000);
  const result = attend(g, {
    query,
    key,
    value,
    scale,
    mask: (scores) => {
      const causal = intAttribute(node, 'unidirectional', 0) === 1 ? maskFuture(g, scores) : scores;
      const padded = mask ? maskPadding(g, causal, mask, maskRank, filler) : causal;
      return scoreBias ? g.add(padded, scoreBias) : padded;
    },
  });
  return [joinHeads(g, result)];
};

/**
 * Adds `filler` to the scores of padded keys; the mask is 0/1 [batch, keys], or the number of keys per row
 * [batch].
 */
export function maskPadding(g: Emitter, scores: Value, mask: Value, rank: number, filler: number): Value {
  g.setType(mask, DataType.INT32);
  const kept = rank === 2 ? mask : keysWithin(g, scores, mask);
  const hidden = g.sub(1, g.cast(kept, g.typeOf(scores)));
  return g.add(scores, g.mul(g.unsqueeze(hidden, [1, 2]), filler));
}

function keysWithin(g: Emitter, scores: Value, lengths: Value): Value {
  const places = g.range(g.gather(g.shape(scores), g.int(3)));
  return g.less(g.unsqueeze(places, [0]), g.unsqueeze(g.cast(lengths, DataType.INT64), [1]));
}

/** 1 for key counts per row, 2 for a 0/1 mask; undefined when it cannot be told. */
export function rankOfMask(graph: Graph, mask: Value): number | undefined {
  const declared = graph.declaration(mask);
  const dims = declared && declaredDims(declared);
  if (dims) return dims.length;
  const producer = graph.producer(mask);
  if (!producer) return undefined;
  if (operatorName(producer) === 'com.microsoft.EmbedLayerNormalization') return 1;
  if (producer.opType === 'ReduceSum') return intAttribute(producer, 'keepdims', 1) === 0 ? 1 : undefined;
  return producer.opType === 'Cast' ? rankOfMask(graph, producer.input[0] as Value) : undefined;
}
