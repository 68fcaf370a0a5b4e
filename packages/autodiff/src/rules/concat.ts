import { intAttribute } from '@tessera/onnx';
import { fromFront } from '../graph-builder.ts';
import { rule } from '../rule.ts';

/** y = parts side by side ⇒ each part's gradient is its stretch of dy. */
export const concat = rule('Concat', ({ g, node, x, y, dy, wants }) => {
  if (x.length === 1) return [dy];
  const axis = fromFront(intAttribute(node, 'axis', 0), g.rank(y));
  const wanted = x.filter((_, index) => wants(index)).length;
  if (wanted > 1) {
    const fixed = x.map((part) => g.fixed(part, axis));
    const lengths = fixed.every((length) => length !== undefined)
      ? g.ints(fixed)
      : g.concat(
          x.map((part) => g.lengths(part, axis)),
          0,
        );
    return g.ops('Split', [dy, lengths], { axis }, x.length);
  }
  let end = g.ints([0]);
  return x.map((part, index) => {
    const start = end;
    end = index === 0 ? g.lengths(part, axis) : g.add(start, g.lengths(part, axis));
    return wants(index) && g.slice(dy, start, end, [axis]);
  });
});
