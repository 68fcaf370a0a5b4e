import type { RuleContext } from '../rule.ts';
import { elementwise } from '../rule.ts';

/** y = aᵇ ⇒ da = dy·b·aᵇ⁻¹, db = dy·y·ln a (0 where a ≤ 0). */
export const pow = elementwise('Pow', (context) => [
  context.wants(0) && baseGradient(context),
  context.wants(1) && exponentGradient(context),
]);

function baseGradient({ g, x: [a = '', b = ''], dy }: RuleContext) {
  const [exponent, ...more] = g.constant(b) ?? [];
  if (exponent === undefined || more.length > 0) {
    const power = g.cast(b, g.typeOf(a));
    return g.mul(dy, g.mul(power, g.pow(a, g.sub(power, 1))));
  }
  if (exponent === 1) return dy;
  if (exponent === 2) return g.mul(dy, g.mul(a, 2));
  return g.mul(dy, g.mul(g.pow(a, exponent - 1), exponent));
}

function exponentGradient({ g, x: [a = ''], y, dy }: RuleContext) {
  const positive = g.greater(a, 0);
  const log = g.log(g.where(positive, a, 1));
  return g.mul(dy, g.mul(y, log));
}
