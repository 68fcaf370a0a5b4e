import type { Value } from '@tessera/onnx';
import { axesUpTo, fromFront, type GraphBuilder, unsupportedForm } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { scatterAlong } from '../scatter.ts';
import { fixedLength, sameLength } from '../shapes.ts';

/**
 * y = x[start:end:step] per axis ⇒ dx = dy at the places it was cut from, zeros elsewhere: zero padding where
 * the step is 1, else the rows of dy put back one by one.
 */
export const slice = rule(
  'Slice',
  (context: RuleContext) => {
    const {
      g,
      x: [x = ''],
      y,
      dy,
    } = context;
    const cuts = cutsOf(context).filter(({ axis, step }) => {
      const [whole, part] = [g.axes(x)[axis], g.axes(y)[axis]];
      return step !== 1 || !whole || !part || !sameLength(whole, part);
    });
    const strided = cuts.filter(({ step }) => step !== 1);
    const restored = strided.reduce((gradient, cut) => putBack(g, gradient, x, cut), dy);
    const plain = cuts.filter(({ step }) => step === 1);
    return [plain.length === 0 ? restored : padBack(g, restored, x, y, plain)];
  },
  { flows: [0] },
);

interface Cut {
  readonly axis: number;
  readonly start: Value;
  readonly end: Value;
  /** undefined when it is computed at run time */
  readonly step: number | undefined;
  readonly stepValue: Value;
}

function cutsOf({ g, node, x: [x = '', starts = '', ends = '', axesInput, steps] }: RuleContext): Cut[] {
  const count = fixedLength(g.axes(starts)[0] ?? []);
  const axes = axesInput ? g.constant(axesInput) : axesUpTo(count ?? 0);
  if (!axes || count === undefined) throw unsupportedForm(node, 'its axes are computed at run time');
  const stepNumbers = steps ? g.constant(steps) : axes.map(() => 1);
  const entry = (list: Value, index: number) => {
    const numbers = g.constant(list);
    return numbers
      ? g.ints([clamp(numbers[index] as number)])
      : g.cast(g.slice(list, g.ints([index]), g.ints([index + 1]), [0]), g.typeOf(g.int(0)));
  };
  return axes.map((axis, index) => ({
    axis: fromFront(axis, g.rank(x)),
    start: entry(starts, index),
    end: entry(ends, index),
    step: stepNumbers?.[index],
    stepValue: steps ? entry(steps, index) : g.ints([1]),
  }));
}

/** "To the end" is written as the largest int64, which a double cannot hold. */
function clamp(bound: number): number {
  return Math.min(Math.max(bound, -(2 ** 40)), 2 ** 40);
}

/** The positions 0 … length − 1 cut like x itself say where each row of dy belongs. */
function putBack(g: GraphBuilder, dy: Value, x: Value, { axis, start, end, stepValue }: Cut): Value {
  const places = g.slice(g.range(g.length(x, axis)), start, end, [0], stepValue);
  return scatterAlong(g, { dy, indices: places, indicesRank: 1, x, axis, unique: true });
}

function padBack(g: GraphBuilder, dy: Value, x: Value, y: Value, cuts: readonly Cut[]): Value {
  const zero = g.ints([0]);
  const before = axesUpTo(g.rank(x)).map(() => zero);
  const after = [...before];
  for (const { axis, start } of cuts) {
    const skipped = firstPlace(g, x, axis, start);
    before[axis] = skipped;
    after[axis] = g.sub(g.sub(g.lengths(x, axis), skipped), g.lengths(y, axis));
  }
  return g.op('Pad', [dy, g.concat([...before, ...after], 0)]);
}

/** Where the cut begins, counted from the front and kept within the axis. */
function firstPlace(g: GraphBuilder, x: Value, axis: number, start: Value): Value {
  const length = g.lengths(x, axis);
  const known = g.constant(start)?.[0];
  if (known !== undefined && known >= 0) return start;
  const fixed = g.fixed(x, axis);
  if (known !== undefined && fixed !== undefined) return g.ints([Math.max(known + fixed, 0)]);
  const fromStart =
    known !== undefined ? g.add(start, length) : g.where(g.less(start, 0), g.add(start, length), start);
  return g.op('Min', [g.op('Max', [fromStart, g.ints([0])]), length]);
}
