import { elementwise } from '../rule.ts';

/** y = Σᵢ xᵢ ⇒ dxᵢ = dy. */
export const sum = elementwise('Sum', ({ x, dy }) => x.map(() => dy));
