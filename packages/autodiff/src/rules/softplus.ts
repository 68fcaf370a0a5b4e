import { rule } from '../rule.ts';

/** y = ln(1 + eˣ) ⇒ dx = dy·σ(x). */
export const softplus = rule('Softplus', ({ g, x: [x = ''], dy }) => [g.mul(dy, g.sigmoid(x))]);
