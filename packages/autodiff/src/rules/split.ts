import { intAttribute } from '@tessera/onnx';
import { fromFront } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/** y₀, y₁, … = stretches of x ⇒ dx = their gradients side by side, zeros for parts nobody used. */
export const split = rule(
  'Split',
  ({ g, node, x: [x = ''], ys, dys }) => {
    const axis = fromFront(intAttribute(node, 'axis', 0), g.rank(x));
    const parts = ys.map((part, index) => dys[index] ?? g.zerosLike(part));
    return [g.concat(parts, axis)];
  },
  { flows: [0] },
);
