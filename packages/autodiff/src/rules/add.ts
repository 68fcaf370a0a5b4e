import { elementwise } from '../rule.ts';

/** y = a + b ⇒ da = dy, db = dy. */
export const add = elementwise('Add', ({ dy }) => [dy, dy]);
