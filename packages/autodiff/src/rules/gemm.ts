import { float, floatAttribute, intAttribute } from '@tessera/onnx';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { undoBroadcast } from '../undo-broadcast.ts';

/**
 * Y = α·A'·B' + β·C, where ' may transpose ⇒ dA' = α·dY·B'ᵀ, dB' = α·A'ᵀ·dY, dC = β·dY summed to C's shape.
 */
export const gemm = rule('Gemm', ({ g, node, x: [a = '', b = '', c = ''], y, dy, wants }: RuleContext) => {
  const transA = intAttribute(node, 'transA', 0);
  const transB = intAttribute(node, 'transB', 0);
  const alpha = float(floatAttribute(node, 'alpha', 1));
  const beta = floatAttribute(node, 'beta', 1);
  const product = (left: string, transLeft: number, right: string, transRight: number) =>
    g.op('Gemm', [left, right], { transA: transLeft, transB: transRight, alpha });
  return [
    wants(0) && (transA ? product(b, transB, dy, 1) : product(dy, 0, b, 1 - transB)),
    wants(1) && (transB ? product(dy, 1, a, transA) : product(a, 1 - transA, dy, 0)),
    wants(2) && undoBroadcast(g, beta === 1 ? dy : g.mul(dy, beta), g.axes(y), c),
  ];
});
