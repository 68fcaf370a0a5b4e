import { intAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y = running sums of x ⇒ dx = running sums of dy from the other end. */
export const cumSum = rule(
  'CumSum',
  ({ g, node, x: [, axis = ''], dy }) => [
    g.op('CumSum', [dy, axis], {
      exclusive: intAttribute(node, 'exclusive', 0),
      reverse: 1 - intAttribute(node, 'reverse', 0),
    }),
  ],
  { flows: [0] },
);
