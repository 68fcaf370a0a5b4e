import { casesOf, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('AveragePool', [
    { name: 'a stride', inputs: [normal([1, 2, 8])], attributes: { kernel_shape: [3], strides: [2] } },
    {
      name: 'padding that is not counted',
      inputs: [normal([1, 2, 6])],
      attributes: { kernel_shape: [3], pads: [1, 1] },
    },
    {
      name: 'padding that is counted',
      inputs: [normal([1, 2, 6])],
      attributes: { kernel_shape: [3], pads: [1, 1], count_include_pad: 1 },
    },
    {
      name: 'a last window over the end',
      inputs: [normal([2, 1, 7])],
      attributes: { kernel_shape: [2], strides: [2], ceil_mode: 1 },
    },
    {
      name: 'an image',
      inputs: [normal([1, 2, 4, 5])],
      attributes: { kernel_shape: [2, 3], strides: [1, 2] },
    },
    {
      name: 'varying lengths',
      inputs: [normal([2, 4, 6])],
      attributes: { kernel_shape: [2], strides: [2] },
      varyingAxes: 1,
    },
  ]),
];
