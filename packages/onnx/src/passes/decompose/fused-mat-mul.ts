import { floatAttribute, intAttribute } from '../../attribute.ts';
import type { Decomposition } from './decomposition.ts';

/** α·A'·B', where ' may transpose the matrix axes; written as an Einsum, which needs no rank. */
export const fusedMatMul: Decomposition = (node, g) => {
  if (intAttribute(node, 'transBatchA', 0) || intAttribute(node, 'transBatchB', 0)) return undefined;
  const left = intAttribute(node, 'transA', 0) ? '...ji' : '...ij';
  const right = intAttribute(node, 'transB', 0) ? '...kj' : '...jk';
  const product = g.op('Einsum', node.input, { equation: `${left},${right}->...ik` });
  const alpha = floatAttribute(node, 'alpha', 1);
  return [alpha === 1 ? product : g.mul(product, alpha)];
};
