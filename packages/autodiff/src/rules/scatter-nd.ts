import { stringAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';
import { refusedReduction } from './scatter-elements.ts';

/**
 * y = x with slices overwritten (or, with reduction add, increased) by updates ⇒ dupdates = dy read at the
 * index tuples; dx = dy with the overwritten slices zeroed, or dy as it is.
 */
export const scatterNd = rule(
  'ScatterND',
  ({ g, node, x: [, indices = '', updates = ''], dy, wants }) => {
    const adds = stringAttribute(node, 'reduction', 'none') === 'add';
    const kept = () => g.op('ScatterND', [dy, indices, g.zerosLike(updates)]);
    return [wants(0) && (adds ? dy : kept()), null, wants(2) && g.op('GatherND', [dy, indices])];
  },
  { flows: [0, 2], refuses: (node) => refusedReduction(stringAttribute(node, 'reduction', 'none')) },
);
