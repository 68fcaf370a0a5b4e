import { intAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** y picks elements of x along an axis ⇒ dx adds each element of dy where it was read. */
export const gatherElements = rule(
  'GatherElements',
  ({ g, node, x: [x = '', indices = ''], dy }) => {
    const axis = intAttribute(node, 'axis', 0);
    return [g.op('ScatterElements', [g.zerosLike(x), indices, dy], { axis, reduction: 'add' })];
  },
  { flows: [0] },
);
