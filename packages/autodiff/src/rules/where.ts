import { elementwise } from '../rule.ts';

/** y = c ? a : b ⇒ da = dy where c, db = dy where not c. */
export const where = elementwise(
  'Where',
  ({ g, x: [condition = ''], dy, wants }) => [
    null,
    wants(1) && g.where(condition, dy, 0),
    wants(2) && g.where(condition, 0, dy),
  ],
  { flows: [1, 2] },
);
