import { elementwise } from '../rule.ts';

/** y = a·b ⇒ da = dy·b, db = dy·a. */
export const mul = elementwise('Mul', ({ g, x: [a = '', b = ''], dy, wants }) => [
  wants(0) && g.mul(dy, b),
  wants(1) && g.mul(dy, a),
]);
