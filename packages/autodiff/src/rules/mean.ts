import { elementwise } from '../rule.ts';

/** y = (1/n)·Σᵢ xᵢ ⇒ dxᵢ = dy/n. */
export const mean = elementwise('Mean', ({ g, x, dy }) => {
  const share = g.mul(dy, 1 / x.length);
  return x.map(() => share);
});
