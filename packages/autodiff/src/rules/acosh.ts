import { rule } from '../rule.ts';

/** y = arcosh x ⇒ dx = dy/√(x² − 1). */
export const acosh = rule('Acosh', ({ g, x: [x = ''], dy }) => [g.div(dy, g.sqrt(g.sub(g.mul(x, x), 1)))]);
