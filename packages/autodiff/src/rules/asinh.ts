import { rule } from '../rule.ts';

/** y = arsinh x ⇒ dx = dy/√(x² + 1). */
export const asinh = rule('Asinh', ({ g, x: [x = ''], dy }) => [g.div(dy, g.sqrt(g.add(g.mul(x, x), 1)))]);
