import { casesOf, float32s, ints, normal, omitted } from '../testing/operator-case.ts';

export const operators = [
  casesOf('Resize', [
    {
      name: 'nearest, doubled',
      inputs: [normal([1, 2, 3, 2]), omitted, float32s([4], [1, 1, 2, 2])],
      attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    },
    {
      name: 'linear, by sizes',
      inputs: [normal([1, 1, 4, 3]), omitted, omitted, ints([4], [1, 1, 6, 5])],
      attributes: { mode: 'linear', coordinate_transformation_mode: 'half_pixel' },
    },
    {
      name: 'cubic',
      inputs: [normal([1, 1, 5, 4]), omitted, float32s([4], [1, 1, 1.5, 2])],
      attributes: { mode: 'cubic', coordinate_transformation_mode: 'half_pixel' },
    },
  ]),
];
