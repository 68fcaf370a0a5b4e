import { elementwise } from '../rule.ts';

/** x repeated to a larger shape: dx = dy, which the walk sums over the copies. */
export const expand = elementwise('Expand', ({ dy }) => [dy], { flows: [0] });
