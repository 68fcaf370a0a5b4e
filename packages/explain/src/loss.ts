import { float32, type NamedTensors } from '@tessera/contracts';
import { spanProbabilities } from './answer-span.ts';
import { probabilities } from './class-reference.ts';
import type { CurvedTarget } from './context.ts';
import type { TokenSequence } from './sequence.ts';

/**
 * F = −log softmax(z)_label, the loss of a class; dF/dz = softmax(z) − onehot(label). One logit: the logistic
 * loss of its sign.
 */
export function crossEntropyOfClass(label: number): CurvedTarget {
  return {
    kind: 'curved',
    outputs: ['logits'],
    evaluate(outputs) {
      const { data, shape } = outputs['logits']!;
      const p = probabilities(data as Float32Array);
      if (p.length === 1) {
        const sign = label === 0 ? 1 : -1; // label 1 wants a large logit
        const wrong = sign > 0 ? p[0]! : 1 - p[0]!;
        return { f: -Math.log1p(-wrong), seeds: { logits: float32(shape, [sign * wrong]) } };
      }
      const seed = Float32Array.from(p, (value, c) => value - (c === label ? 1 : 0));
      return { f: -Math.log(p[label]!), seeds: { logits: float32(shape, seed) } };
    },
  };
}

/**
 * F = ½(−log p_first − log q_last) over the positions an answer may take
 * (docs/square-wire.md#what-square-explains, #hotflip).
 */
export function crossEntropyOfSpan(
  sequence: TokenSequence,
  span: { readonly first: number; readonly last: number },
  nullToken = 0,
): CurvedTarget {
  const side = (outputs: NamedTensors, name: 'start_logits' | 'end_logits', at: number) => {
    const { data, shape } = outputs[name]!;
    const p = spanProbabilities(sequence, data as Float32Array, nullToken);
    const seed = Float32Array.from(p, (value, t) => (value - (t === at ? 1 : 0)) / 2);
    return { loss: -Math.log(p[at]!) / 2, seed: float32(shape, seed) };
  };
  return {
    kind: 'curved',
    outputs: ['start_logits', 'end_logits'],
    evaluate(outputs) {
      const start = side(outputs, 'start_logits', span.first);
      const end = side(outputs, 'end_logits', span.last);
      return { f: start.loss + end.loss, seeds: { start_logits: start.seed, end_logits: end.seed } };
    },
  };
}
