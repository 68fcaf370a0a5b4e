import type { Random } from '@tessera/base';
import { logSumExp } from '@tessera/serving';

/** Draws an index with probability softmax(scores). */
export function sample(scores: Float32Array, random: Random): number {
  const normalizer = logSumExp(scores);
  let rest = random.uniform();
  let last = 0;
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] === Number.NEGATIVE_INFINITY) continue;
    rest -= Math.exp(scores[i]! - normalizer);
    last = i;
    if (rest < 0) return i;
  }
  return last; // rounding left a sliver of the unit interval behind the last possible token
}

/**
 * Scores with Gumbel noise: the `count` largest are a draw of `count` indices without replacement from
 * softmax(scores) (Kool et al. 2019), in the order in which they would have been drawn.
 */
export function withGumbelNoise(scores: ArrayLike<number>, random: Random): Float64Array {
  return Float64Array.from({ length: scores.length }, (_, i) =>
    scores[i] === Number.NEGATIVE_INFINITY
      ? Number.NEGATIVE_INFINITY
      : scores[i]! - Math.log(-Math.log(1 - random.uniform())),
  );
}
