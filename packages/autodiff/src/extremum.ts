import type { Value } from '@tessera/onnx';
import { reductionOf } from './reduction.ts';
import type { InputGradients, RuleContext } from './rule.ts';

/**
 * Max and Min of several tensors: dy goes to the operands that attain the extremum y; ties share it equally.
 */
export function extremumGradients({ g, x, y, dy, wants }: RuleContext): InputGradients {
  if (x.length === 1) return [dy];
  const attained = x.map((operand) => g.indicator(g.equal(operand, y), dy));
  const share = g.div(
    dy,
    attained.reduce((total: Value, mask) => g.add(total, mask)),
  );
  return attained.map((mask, index) => wants(index) && g.mul(mask, share));
}

/** ReduceMax and ReduceMin: dy goes to the elements that attain the extremum; ties share it equally. */
export function reducedExtremum({ g, node, x: [x = ''], y, dy }: RuleContext): InputGradients {
  const { axes, spread } = reductionOf(g, node);
  const attained = g.indicator(g.equal(x, spread(y)), dy);
  const share = g.div(spread(dy), g.reduceSum(attained, axes));
  return [g.mul(attained, share)];
}
