import { DataType, dataTypeName, intAttribute, isFloat } from '@tessera/onnx';
import { rule } from '../rule.ts';

/**
 * Between float types a cast passes the gradient on, in the input's type; to integers or booleans none flows.
 */
export const cast = rule('Cast', ({ g, x: [x = ''], dy }) => [g.cast(dy, g.typeOf(x))], {
  stops: (node) => {
    const to = intAttribute(node, 'to', DataType.FLOAT);
    return isFloat(to) ? undefined : `a cast to ${dataTypeName(to)} does not change smoothly`;
  },
});
