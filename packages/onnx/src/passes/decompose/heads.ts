import type { Emitter, Value } from '../../emitter.ts';

/** [batch, tokens, heads·size] → [batch, heads, tokens, size]. */
export function splitHeads(g: Emitter, x: Value, heads: number): Value {
  return g.transpose(g.reshape(x, [0, 0, heads, -1]), [0, 2, 1, 3]);
}

/** [batch, heads, tokens, size] → [batch, tokens, heads·size]. */
export function joinHeads(g: Emitter, x: Value): Value {
  return g.reshape(g.transpose(x, [0, 2, 1, 3]), [0, 0, -1]);
}

export interface AttentionParts {
  /** [batch, heads, queries, size] */
  readonly query: Value;
  /** [batch, heads, keys, size] */
  readonly key: Value;
  readonly value: Value;
  /** 1/√size when left out */
  readonly scale: number | undefined;
  /** Changes the scaled scores [batch, heads, queries, keys] before the softmax. */
  readonly mask: (scores: Value) => Value;
}

/**
 * softmax(scale·Q·Kᵀ, masked)·V, after Vaswani et al. 2017. Rows without any permitted key give zeros, not
 * NaN.
 */
export function attend(g: Emitter, { query, key, value, scale, mask }: AttentionParts): Value {
  const scaled = scale === undefined ? g.mul(query, inverseRootOfSize(g, query)) : g.mul(query, scale);
  const scores = mask(g.matMul(scaled, g.transpose(key, [0, 1, 3, 2])));
  const probabilities = g.op('Softmax', [scores], { axis: -1 });
  const guarded = g.where(g.op('IsNaN', [probabilities]), 0, probabilities);
  return g.matMul(guarded, value);
}

function inverseRootOfSize(g: Emitter, query: Value): Value {
  const size = g.gather(g.shape(query), g.int(3));
  return g.reciprocal(g.sqrt(g.cast(size, g.typeOf(query))));
}

/** Scores of keys after the query become −∞. */
export function maskFuture(g: Emitter, scores: Value): Value {
  const place = (axis: number) => g.range(g.gather(g.shape(scores), g.int(axis)));
  const future = g.greater(g.unsqueeze(place(3), [0]), g.unsqueeze(place(2), [1]));
  return g.where(future, Number.NEGATIVE_INFINITY, scores);
}
