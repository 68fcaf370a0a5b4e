import { probabilities } from '../class-reference.ts';
import type { Prediction } from '../instance.ts';
import type { TokenSequence } from '../sequence.ts';
import { logitOf } from '../target.ts';
import { type Choice, invalid, type TargetOptions, withContrast } from './choice.ts';

/** F = logit of the token that was generated after the row. */
export function nextTokenTarget(
  { id, input, step }: Extract<Prediction, { kind: 'next-token' }>,
  sequence: TokenSequence,
  options: TargetOptions,
): Choice {
  const contrast = options.contrast;
  if (typeof contrast === 'string') throw invalid('contrast', 'for generation give a token id');
  return {
    window: 0,
    target: withContrast(logitOf([-1, id]), contrast === undefined ? null : logitOf([-1, contrast])),
    queries: [sequence.tokens.length - 1],
    probability: (row) => {
      const { data, shape } = row['logits']!;
      return probabilities((data as Float32Array).subarray(data.length - shape.at(-1)!))[id]!;
    },
    fixedPositions: false,
    description: { kind: 'next-token', id, input, step },
  };
}
