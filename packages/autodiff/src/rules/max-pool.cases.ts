import { apart, casesOf } from '../testing/operator-case.ts';

export const operators = [
  casesOf('MaxPool', [
    { name: 'a stride', inputs: [apart([1, 2, 8])], attributes: { kernel_shape: [3], strides: [2] } },
    {
      name: 'an image with padding',
      inputs: [apart([1, 1, 4, 5])],
      attributes: { kernel_shape: [2, 3], pads: [1, 1, 0, 1] },
    },
    { name: 'overlapping windows', inputs: [apart([2, 1, 6])], attributes: { kernel_shape: [3] } },
  ]),
];
