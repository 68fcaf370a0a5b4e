import { rule } from '../rule.ts';

/** y = ln x ⇒ dx = dy/x. */
export const log = rule('Log', ({ g, x: [x = ''], dy }) => [g.div(dy, x)]);
