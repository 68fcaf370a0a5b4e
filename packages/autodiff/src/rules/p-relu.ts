import { elementwise } from '../rule.ts';

/** y = x for x > 0, else slope·x ⇒ dx = dy or slope·dy; dslope = x·dy where x ≤ 0. */
export const pRelu = elementwise('PRelu', ({ g, x: [x = '', slope = ''], dy, wants }) => {
  const positive = g.greater(x, 0);
  return [
    wants(0) && g.where(positive, dy, g.mul(dy, slope)),
    wants(1) && g.where(positive, 0, g.mul(dy, x)),
  ];
});
