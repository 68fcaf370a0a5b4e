import { float, floatAttribute, intAttribute, stringAttribute, type Value } from '@tessera/onnx';
import { axesUpTo, type GraphBuilder, unsupportedForm } from '../graph-builder.ts';
import type { RuleContext } from '../rule.ts';
import { rule } from '../rule.ts';
import { sameLength } from '../shapes.ts';

/**
 * Resizing is linear and works axis by axis: y = x·R along each axis, so dx = dy·Rᵀ. R itself is what Resize
 * makes of the identity matrix, which holds for nearest, linear and cubic interpolation alike.
 */
export const resize = rule(
  'Resize',
  (context: RuleContext) => {
    const {
      g,
      x: [x = ''],
      y,
      dy,
    } = context;
    const resized = axesUpTo(g.rank(x)).filter(
      (axis) => !sameLength(g.axes(x)[axis] ?? [], g.axes(y)[axis] ?? []),
    );
    return [resized.reduce((gradient, axis) => contract(context, gradient, axis), dy)];
  },
  {
    flows: [0],
    refuses: (node) => {
      if (stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel') === 'tf_crop_and_resize')
        return 'it crops';
      return intAttribute(node, 'antialias', 0) === 1 ? 'antialias has no rule' : undefined;
    },
  },
);

/** dy·Rᵀ along one axis: the axis moves to the end and back. */
function contract(context: RuleContext, dy: Value, axis: number): Value {
  const {
    g,
    x: [x = ''],
  } = context;
  const rank = g.rank(x);
  const perm = [...axesUpTo(rank).filter((other) => other !== axis), axis];
  const back = axesUpTo(rank).map((place) => perm.indexOf(place));
  const product = g.matMul(g.transpose(dy, perm), g.transpose(resizeMatrix(context, axis), [1, 0]));
  return g.transpose(product, back);
}

/**
 * R [length of x, length of y]: the identity resized along its last axis with the operator's own attributes.
 */
function resizeMatrix({ g, node, x: [x = '', , scales], y }: RuleContext, axis: number): Value {
  const eye = identityMatrix(g, x, axis);
  const attributes = {
    mode: stringAttribute(node, 'mode', 'nearest'),
    coordinate_transformation_mode: stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel'),
    nearest_mode: stringAttribute(node, 'nearest_mode', 'round_prefer_floor'),
    cubic_coeff_a: float(floatAttribute(node, 'cubic_coeff_a', -0.75)),
    exclude_outside: intAttribute(node, 'exclude_outside', 0),
  };
  if (!scales) {
    const sizes = g.concat([g.lengths(x, axis), g.lengths(y, axis)], 0);
    return g.op('Resize', [eye, '', '', sizes], attributes);
  }
  const scale = g.constant(scales)?.[axis];
  if (scale === undefined) throw unsupportedForm(node, 'its scales are computed at run time');
  return g.op('Resize', [eye, '', floats(g, [1, scale])], attributes);
}

function identityMatrix(g: GraphBuilder, x: Value, axis: number): Value {
  const places = g.range(g.length(x, axis));
  return g.indicator(g.equal(g.unsqueeze(places, [0]), g.unsqueeze(places, [1])), x);
}

function floats(g: GraphBuilder, values: readonly number[]): Value {
  return g.concat(
    values.map((value) => g.unsqueeze(g.scalar(value, ''), [0])),
    0,
  );
}
