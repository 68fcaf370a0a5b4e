import { intAttribute } from '@tessera/onnx';
import { elementwise } from '../rule.ts';

/** y = a − b·trunc(a/b), C's fmod ⇒ da = dy, db = −dy·trunc(a/b) = dy·(y − a)/b. */
export const mod = elementwise(
  'Mod',
  ({ g, x: [a = '', b = ''], y, dy, wants }) => [dy, wants(1) && g.mul(dy, g.div(g.sub(y, a), b))],
  { stops: (node) => (intAttribute(node, 'fmod', 0) === 1 ? undefined : 'integer remainder') },
);
