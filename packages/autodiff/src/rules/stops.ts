import { stop } from '../rule.ts';

/** Operators whose results do not change smoothly with their inputs, with the reason that reports give. */
export const stops = [
  ...stop('a shape does not depend on the values', 'Shape', 'Size'),
  ...stop(
    'only the shape of its input matters',
    'ConstantOfShape',
    'EyeLike',
    'RandomNormalLike',
    'RandomUniformLike',
  ),
  ...stop(
    'a comparison yields a boolean',
    'Equal',
    'Greater',
    'Less',
    'GreaterOrEqual',
    'LessOrEqual',
    'IsNaN',
    'IsInf',
  ),
  ...stop('logic on booleans', 'Not', 'And', 'Or', 'Xor'),
  ...stop('arithmetic on bits', 'BitShift', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor', 'BitwiseNot'),
  ...stop('it yields positions, not values', 'ArgMax', 'ArgMin', 'NonZero', 'NonMaxSuppression', 'Unique'),
  ...stop('it yields zeros and ones', 'Hardmax', 'OneHot', 'Bernoulli', 'Multinomial'),
  ...stop('piecewise constant: its slope is 0 almost everywhere', 'Floor', 'Ceil', 'Round', 'Sign'),
  ...stop('it counts', 'Range'),
];
