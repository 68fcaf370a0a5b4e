import { rule } from '../rule.ts';

/** A cast to the type of another tensor: dx = dy in the input's type. */
export const castLike = rule('CastLike', ({ g, x: [x = ''], dy }) => [g.cast(dy, g.typeOf(x))], {
  flows: [0],
});
