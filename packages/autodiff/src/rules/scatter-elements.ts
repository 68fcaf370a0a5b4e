import { intAttribute, stringAttribute } from '@tessera/onnx';
import { rule } from '../rule.ts';

/**
 * y = x with elements overwritten (or, with reduction add, increased) by updates ⇒ dupdates = dy read at the
 * indices; dx = dy with the overwritten places zeroed, or dy as it is.
 */
export const scatterElements = rule(
  'ScatterElements',
  ({ g, node, x: [, indices = '', updates = ''], dy, wants }) => {
    const axis = intAttribute(node, 'axis', 0);
    const adds = stringAttribute(node, 'reduction', 'none') === 'add';
    const kept = () => g.op('ScatterElements', [dy, indices, g.zerosLike(updates)], { axis });
    return [
      wants(0) && (adds ? dy : kept()),
      null,
      wants(2) && g.op('GatherElements', [dy, indices], { axis }),
    ];
  },
  { flows: [0, 2], refuses: (node) => refusedReduction(stringAttribute(node, 'reduction', 'none')) },
);

/** Why a scatter with this reduction has no rule. */
export function refusedReduction(reduction: string): string | undefined {
  return reduction === 'none' || reduction === 'add' ? undefined : `reduction "${reduction}" has no rule`;
}
