import { rule } from '../rule.ts';

/** y = x ⇒ dx = dy. */
export const identity = rule('Identity', ({ dy }) => [dy]);
