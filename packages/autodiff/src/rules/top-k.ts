import { intAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/** values, indices = the k largest of x along an axis ⇒ dx = dvalues at the indices, zeros elsewhere. */
export const topK = rule(
  'TopK',
  ({ g, node, x: [x = ''], ys: [, indices = ''], dy }) => {
    const axis = intAttribute(node, 'axis', -1);
    return [g.op('ScatterElements', [g.zerosLike(x), indices, dy], { axis })];
  },
  { flows: [0] },
);
