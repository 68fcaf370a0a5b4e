import { stringAttribute } from '@tessera/onnx';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';

/**
 * y = x·Φ(x) ⇒ dx = dy·(Φ(x) + x·φ(x)), with Φ and φ the normal distribution and density. The tanh form
 * (Hendrycks and Gimpel 2016, §2) approximates Φ(x) by ½(1 + tanh u), u = √(2/π)·(x + 0.044715·x³).
 */
export const gelu = rule('Gelu', (context) => [
  stringAttribute(context.node, 'approximate', 'none') === 'tanh' ? tanhForm(context) : exactForm(context),
]);

/** The exact form under onnxruntime's name, which its optimiser and our own fusion below opset 20 write. */
export const contribGelu = rule('Gelu', (context) => [exactForm(context)], { domain: 'com.microsoft' });

/** The tanh form under onnxruntime's name. */
export const fastGelu = rule('FastGelu', (context) => [tanhForm(context)], { domain: 'com.microsoft' });

function exactForm({ g, x: [x = ''], dy }: RuleContext) {
  const distribution = g.mul(g.add(g.op('Erf', [g.mul(x, Math.SQRT1_2)]), 1), 0.5);
  const density = g.mul(g.exp(g.mul(g.mul(x, x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return g.mul(dy, g.add(distribution, g.mul(x, density)));
}

function tanhForm({ g, x: [x = ''], dy }: RuleContext) {
  const scale = Math.sqrt(2 / Math.PI);
  const square = g.mul(x, x);
  const t = g.tanh(g.mul(x, g.add(g.mul(square, 0.044715 * scale), scale)));
  const slope = g.add(g.mul(square, 3 * 0.044715 * scale), scale);
  const curve = g.mul(g.mul(x, g.sub(1, g.mul(t, t))), slope);
  return g.mul(dy, g.mul(g.add(g.add(t, 1), curve), 0.5));
}
