import { stringAttribute, type Value } from '@tessera/onnx';
import { axesUpTo, fromFront, type GraphBuilder, unsupportedForm } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { scatterRows } from '../scatter.ts';
import { sameLength } from '../shapes.ts';

/**
 * Constant padding ⇒ dx is dy without the border: padding by the negative amounts. In the other modes border
 * elements are copies of inner ones, so dx adds dy at the places the copies were taken from.
 */
export const pad = rule(
  'Pad',
  (context: RuleContext) => {
    const {
      g,
      node,
      x: [x = '', pads = '', , axesInput],
      dy,
    } = context;
    const axes = axesInput ? [axesInput] : [];
    if (stringAttribute(node, 'mode', 'constant') === 'constant')
      return [g.op('Pad', [dy, g.neg(pads), ...(axesInput ? ['', axesInput] : axes)])];
    return [copiesAdded(context, x, pads)];
  },
  { flows: [0] },
);

function copiesAdded({ g, node, x: [, , , axesInput], y, dy }: RuleContext, x: Value, pads: Value): Value {
  const axes = axesInput ? g.constant(axesInput) : axesUpTo(g.rank(x));
  if (!axes) throw unsupportedForm(node, 'its axes are computed at run time');
  const amount = (index: number) => g.slice(pads, g.ints([index]), g.ints([index + 1]), [0]);
  return axes.reduce((gradient, given, index) => {
    const axis = fromFront(given, g.rank(x));
    if (sameLength(g.axes(x)[axis] ?? [], g.axes(y)[axis] ?? [])) return gradient;
    const border = g.concat([amount(index), amount(index + axes.length)], 0);
    return foldBorder(g, gradient, x, axis, border, stringAttribute(node, 'mode', ''));
  }, dy);
}

/**
 * Pads the positions 0 … length − 1 in the same mode: they say which element each place of dy is a copy of.
 */
function foldBorder(g: GraphBuilder, dy: Value, x: Value, axis: number, pads: Value, mode: string): Value {
  const rank = g.rank(x);
  const sources = g.op('Pad', [g.range(g.length(x, axis)), pads], { mode });
  const toFront = [axis, ...axesUpTo(rank).filter((other) => other !== axis)];
  const summed = scatterRows(g, {
    rows: sources,
    updates: g.transpose(dy, toFront),
    updatesRank: rank,
    count: g.lengths(x, axis),
    fixedCount: g.fixed(x, axis),
    unique: false,
  });
  return g.transpose(
    summed,
    axesUpTo(rank).map((place) => toFront.indexOf(place)),
  );
}
