import { intAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y keeps one triangle of x ⇒ dx keeps the same triangle of dy. */
export const trilu = rule(
  'Trilu',
  ({ g, node, x: [, k], dy }) => [
    g.op('Trilu', k ? [dy, k] : [dy], { upper: intAttribute(node, 'upper', 1) }),
  ],
  { flows: [0] },
);
