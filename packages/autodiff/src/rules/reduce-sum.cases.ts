import { casesOf, ints, normal } from '../testing/operator-case.ts';

export const operators = [
  casesOf('ReduceSum', [
    { name: 'the last axis', inputs: [normal([2, 3, 4]), ints([1], [-1])] },
    {
      name: 'two axes, dropped',
      inputs: [normal([2, 3, 4]), ints([2], [0, 2])],
      attributes: { keepdims: 0 },
    },
    { name: 'all axes', inputs: [normal([2, 3])], attributes: { keepdims: 0 } },
    { name: 'no axes at all', inputs: [normal([2, 3])], attributes: { noop_with_empty_axes: 1 } },
    { name: 'varying lengths', inputs: [normal([2, 3, 2]), ints([1], [1])], varyingAxes: 2 },
  ]),
];
